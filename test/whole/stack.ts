import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import { type Metrics, noMetrics } from '../../src/base/metrics.ts';
import { configuredCatalogue } from '../../src/cli/catalogue.ts';
import { compose } from '../../src/cli/compose.ts';
import { parseConfig } from '../../src/cli/config/load.ts';
import { connect, type SemtelClient } from '../../src/server/client.ts';
import { startServer } from '../../src/server/grpcServer.ts';
import type { Service } from '../../src/service/exchange.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';

type Control = NonNullable<Parameters<typeof startSimulator>[0]['control']>;

/** The whole way in one process, over real sockets: simulated endpoint, engine, worker pool, service, gRPC, client. */
export interface Stack {
  readonly simulator: Simulator;
  /** Bodies of the chat requests, as sent. */
  readonly bodies: readonly string[];
  readonly service: Service;
  readonly address: string;
  readonly client: SemtelClient;
}

/** One batch with an `id` and a `conversation` column of text. */
export function batchOf(texts: readonly (string | null)[]): { ipc: Uint8Array; rowCount: number } {
  const table = new Table({
    id: vectorFromArray(
      texts.map((_, row) => `r${row}`),
      new Utf8(),
    ),
    conversation: vectorFromArray(texts, new Utf8()),
  });
  return { ipc: tableToIPC(table, 'stream'), rowCount: texts.length };
}

export interface AnswerRow {
  readonly id: string;
  readonly [classifier: string]: unknown;
}

/** A result batch as rows. */
export function rowsOf(ipc: Uint8Array): AnswerRow[] {
  return jsonRows(ipc) as unknown as AnswerRow[];
}

interface StackOptions {
  /** Further YAML keys of the one endpoint. */
  readonly endpoint?: string;
  /** Further YAML of the whole file. */
  readonly settings?: string;
  /** Further logical models, each with an endpoint of the same name at the simulator. */
  readonly models?: readonly string[];
  readonly metrics?: Metrics;
}

/** Runs `work` against a stack of its own. */
export async function withStack(
  control: Control,
  work: (stack: Stack) => Promise<void>,
  { endpoint = '', settings = '', models = [], metrics = noMetrics }: StackOptions = {},
): Promise<void> {
  const bodies: string[] = [];
  const closing: (() => unknown)[] = [];
  try {
    const simulator = await startSimulator({
      port: 0,
      control: { latency_ms: 0, ...control },
      onRequest: (_, body) => bodies.push(body),
    });
    closing.unshift(() => simulator.close());
    const folder = mkdtempSync(join(tmpdir(), 'semtel-test-'));
    closing.unshift(() => rmSync(folder, { recursive: true }));
    const further = models.map(
      (name) => `  "${name}": { endpoints: [{ base_url: "${simulator.url}/${name}/v1", model: m }] }`,
    );
    const yaml = `
listen: 127.0.0.1:0
status: "off"
workers: 2
${settings}
models:
  default:
    price: { input: 1, output: 2, currency: USD }
    endpoints:
      - { name: sim, base_url: "${simulator.url}/v1", model: m ${endpoint} }
${further.join('\n')}
`;
    const config = parseConfig(yaml, 'semtel.yaml', folder, {});
    const composition = await compose({
      config,
      catalogue: configuredCatalogue(config, {}, noLog),
      log: noLog,
      metrics,
    });
    closing.unshift(() => composition.close());
    const { service } = composition;
    const server = await startServer({
      service,
      listen: config.listen,
      metrics,
      log: noLog,
      clock: systemClock,
    });
    closing.unshift(() => server.close(0));
    const client = connect(server.address);
    closing.unshift(() => client.close());
    await work({ simulator, bodies, service, address: server.address, client });
  } finally {
    for (const close of closing) await close();
  }
}
