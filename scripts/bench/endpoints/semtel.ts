import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { jsonRows } from '../../../src/arrow/jsonRows.ts';
import { connect, type SemtelClient } from '../../../src/server/client.ts';
import { type Measured, startMeasured, untilAnswers } from '../measured.ts';
import type { Candidate, Outcome } from './candidate.ts';
import type { Case } from './cases.ts';
import { freePort } from './freePort.ts';
import { type Addresses, urlOf } from './simulation.ts';
import type { Row, Work } from './work.ts';

/** As many rows as a Spark task would send while others send theirs. */
const batchRows = 100;

interface Server {
  readonly process: Measured;
  readonly client: SemtelClient;
  readonly folder: string;
}

/** The default settings: nothing is said of quotas, and only `share` when there are several servers. */
async function startServer(situation: Case, addresses: Addresses): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const status = `127.0.0.1:${await freePort()}`;
  const share = 1 / (situation.clients ?? 1);
  const endpoints = situation.endpoints.map((endpoint) => ({
    name: endpoint.name,
    base_url: urlOf(endpoint, addresses),
    model: 'bench',
    share,
  }));
  const file = join(folder, 'semtel.yaml');
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({
      listen,
      status,
      store: { path: join(folder, 'store') },
      models: { default: { endpoints } },
    }),
  );
  const process = startMeasured('src/cli/main.ts', ['serve', '--config', file, '--log-level', 'error']);
  await untilAnswers(`http://${status}/readyz`);
  return { process, client: connect(listen), folder };
}

interface Asked {
  right: number;
  readonly complaints: Set<string>;
}

async function ask(
  client: SemtelClient,
  jobId: string,
  rows: readonly Row[],
  timeoutMs: number,
  asked: Asked,
) {
  const conversation = vectorFromArray(
    rows.map((row) => row.conversation),
    new Utf8(),
  );
  const ipc = tableToIPC(new Table({ conversation }), 'stream');
  try {
    const options = { classifiers: ['topic'], jobId };
    const { batch } = await client.classify(options, { ipc, rowCount: rows.length }, { timeoutMs });
    for (const [index, answer] of jsonRows(batch.ipc).entries()) {
      const topic = answer.topic as { label: string | null; status: string; error_message: string | null };
      if (topic.label === rows[index]!.label) asked.right++;
      else asked.complaints.add(`${topic.status}: ${topic.error_message ?? topic.label}`);
    }
  } catch (error) {
    asked.complaints.add(String(error));
  }
}

async function askAll(
  servers: readonly Server[],
  work: Work,
  timeoutMs: number,
): Promise<Omit<Outcome, 'cpuMs'>> {
  const asked: Asked = { right: 0, complaints: new Set() };
  const startedMs = performance.now();
  const jobsMs = await Promise.all(
    work.jobs.map(async (rows, job) => {
      const batches = [];
      for (let at = 0; at < rows.length; at += batchRows) {
        const { client } = servers[(at / batchRows) % servers.length]!;
        batches.push(ask(client, `job-${job}`, rows.slice(at, at + batchRows), timeoutMs, asked));
      }
      await Promise.all(batches);
      return performance.now() - startedMs;
    }),
  );
  return {
    right: asked.right,
    tookMs: performance.now() - startedMs,
    jobsMs,
    complaints: [...asked.complaints],
  };
}

async function cpuOf(servers: readonly Server[]): Promise<number> {
  const { user, system } = process.cpuUsage();
  const used = await Promise.all(servers.map((server) => server.process.used()));
  return used.reduce((sum, { cpuMs }) => sum + cpuMs, (user + system) / 1000);
}

/** `semtel serve` as it is started by default, asked over gRPC. Its CPU is the servers' and that of their client. */
export const semtel: Candidate = {
  name: 'semtel',
  async prepare(situation, work, addresses, stopAfterS) {
    const servers = await Promise.all(
      Array.from({ length: situation.clients ?? 1 }, () => startServer(situation, addresses)),
    );
    return {
      async run() {
        const before = await cpuOf(servers);
        const outcome = await askAll(servers, work, stopAfterS * 1000);
        return { ...outcome, cpuMs: (await cpuOf(servers)) - before };
      },
      async stop() {
        for (const { client } of servers) client.close();
        await Promise.all(servers.map((server) => server.process.stop()));
        for (const { folder } of servers) rmSync(folder, { recursive: true });
      },
    };
  },
};
