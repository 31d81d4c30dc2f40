import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { Metrics } from '../../src/base/metrics.ts';
import { configuredCatalogue } from '../../src/compose/catalogue.ts';
import { compose } from '../../src/compose/compose.ts';
import { parseConfig } from '../../src/compose/config/load.ts';
import { type PrometheusMetrics, prometheusMetrics } from '../../src/observe/prometheus.ts';
import { connect, type SemtelClient } from '../../src/server/client.ts';
import { startServer } from '../../src/server/grpcServer.ts';
import type { Service } from '../../src/service/exchange.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { textsIn } from './bodies.ts';
import { apiKey, assertNoSecret, assertNoText, type Captured, filesIn } from './canary.ts';

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
  readonly metrics?: Metrics & Partial<PrometheusMetrics>;
}

/** Keeps every line that would be logged at the lowest level. */
function keepingLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string, fields: object = {}) =>
    void lines.push(JSON.stringify({ message, ...fields }));
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, lines };
}

/** The same client; what it is answered or told is kept. */
function keepingClient(client: SemtelClient, told: Captured[]): SemtelClient {
  return {
    ...client,
    async classify(options, batch, call) {
      try {
        const result = await client.classify(options, batch, call);
        told.push(['answers', result.batch.ipc]);
        return result;
      } catch (error) {
        told.push(['error', String(error)]);
        throw error;
      }
    },
  };
}

/**
 * Runs `work` against a stack of its own. The API key may have come out nowhere, and no conversation into logs, metrics,
 * status page or kept answers.
 */
export async function withStack(
  control: Control,
  work: (stack: Stack) => Promise<void>,
  { endpoint = '', settings = '', models = [], metrics = prometheusMetrics('0') }: StackOptions = {},
): Promise<void> {
  const bodies: string[] = [];
  const { log, lines } = keepingLog();
  const told: Captured[] = [];
  const shown: Captured[] = [];
  const closing: (() => unknown)[] = [];
  try {
    const simulator = await startSimulator({
      port: 0,
      control: { latency_ms: 0, ...control },
      onRequest: (_, body) => bodies.push(body),
    });
    closing.unshift(() => simulator.close());
    const folder = mkdtempSync(join(tmpdir(), 'semtel-test-'));
    closing.unshift(() => {
      shown.push(...filesIn(folder));
      rmSync(folder, { recursive: true });
    });
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
      - { name: sim, base_url: "${simulator.url}/v1", model: m, api_key: ${apiKey} ${endpoint} }
${further.join('\n')}
`;
    const config = parseConfig(yaml, 'semtel.yaml', folder, {});
    const composition = await compose({
      config,
      catalogue: configuredCatalogue(config, {}, log),
      log,
      metrics,
    });
    closing.unshift(() => composition.close());
    const { service } = composition;
    const server = await startServer({
      service,
      listen: config.listen,
      metrics,
      log,
      clock: systemClock,
    });
    closing.unshift(() => server.close(0));
    const client = connect(server.address);
    closing.unshift(() => client.close());
    await work({ simulator, bodies, service, address: server.address, client: keepingClient(client, told) });
    shown.push(['metrics', (await metrics.scrape?.())?.body ?? '']);
    shown.push(['status page', JSON.stringify([service.jobs(), service.overview()])]);
  } finally {
    for (const close of closing) await close();
  }
  shown.push(['log', lines.join('\n')]);
  assertNoSecret([...told, ...shown]);
  assertNoText(shown, textsIn(bodies));
}
