import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { statuses } from '../../src/base/answer.ts';
import { systemClock } from '../../src/base/clock.ts';
import { addLedger, emptyLedger, imbalance, type Ledger } from '../../src/base/ledger.ts';
import { noLog } from '../../src/base/log.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope } from '../../src/base/scope.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { command as run } from '../../src/cli/run.ts';
import { ending } from '../../src/cli/words.ts';
import { prometheusMetrics } from '../../src/observe/prometheus.ts';
import { startServer } from '../../src/server/grpcServer.ts';
import type { ExchangeResult, Service } from '../../src/service/exchange.ts';
import { fakeTerminal } from './fakeTerminal.ts';
import { batchOf, withStack } from './stack.ts';

/** Names of the metrics with the sum over all series whose labels hold these. */
async function sumsOf(metrics: ReturnType<typeof prometheusMetrics>) {
  const lines = (await metrics.scrape()).body.split('\n');
  return (name: string, ...labels: string[]) =>
    lines
      .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const marks = '[[topic=Health]] [[expertise=Expert]]';
const texts = (count: number, from: number) =>
  Array.from({ length: count }, (_, row) => `Question ${from + row} ${marks}`);

test('exchanges, jobs, rows and metrics count the same', async () => {
  const metrics = prometheusMetrics('0');
  await withStack(
    { answers: 'marked', seed: 4, latency_ms: 1 },
    async ({ client, service, simulator }) => {
      const jobs = new Map<string, Ledger>();
      const shown = emptyLedger();
      const ask = async (jobId: string, rows: readonly (string | null)[], options: object = {}) => {
        const asked = { classifiers: ['topic', 'expertise'], jobId, ...options };
        const { batch, ledger } = await client.classify(asked, batchOf(rows));
        assert.equal(imbalance(ledger), 0);
        for (const row of jsonRows(batch.ipc))
          for (const name of asked.classifiers) {
            const answer = row[name] as { status: 'ok'; prompt_tokens: number; completion_tokens: number };
            shown[answer.status] += 1;
            shown.prompt_tokens += answer.prompt_tokens;
            shown.completion_tokens += answer.completion_tokens;
          }
        const whole = jobs.get(jobId) ?? emptyLedger();
        jobs.set(jobId, whole);
        addLedger(whole, ledger);
      };
      await ask('well', [...texts(20, 0), ...texts(5, 0), null, ' ']);
      await Promise.all([
        ask('well', texts(20, 0)),
        ask('twins', texts(30, 100)),
        ask('more', texts(30, 100)),
      ]);
      await ask('combined', texts(20, 200), { combine: true });
      await ask('poor', texts(40, 300), { maxTokens: 60_000 });
      simulator.control({ faults: { truncated: 0.3, near_miss: 0.2, refusal: 0.1, content_filter: 0.1 } });
      await ask('faulty', texts(30, 400));
      await ask('faulty', texts(30, 500), { combine: true });

      const total = emptyLedger();
      for (const [jobId, ledger] of jobs) {
        const { ledger: told } = await client.getJob(jobId);
        assert.ok(Math.abs(told.cost - ledger.cost) < 1e-9);
        assert.deepEqual({ ...told, cost: 0 }, { ...ledger, cost: 0 });
        assert.deepEqual(service.jobs().find((job) => job.jobId === jobId)!.ledger, told);
        addLedger(total, ledger);
      }
      const sum = await sumsOf(metrics);
      for (const status of statuses) {
        assert.equal(total[status], shown[status], status);
        assert.equal(sum('semtel_answers_total', `status="${status}"`), total[status], status);
      }
      for (const status of ['ok', 'invalid', 'refused', 'skipped', 'over_budget'] as const)
        assert.ok(total[status] > 0, status);
      const ok = (source: string) => sum('semtel_answers_total', 'status="ok"', `source="${source}"`);
      assert.deepEqual([ok('store'), ok('shared')], [total.stored, total.shared]);
      assert.ok(total.stored > 0 && total.shared > 0);
      assert.equal(sum('semtel_llm_calls_total'), total.calls);
      for (const [type, unit] of [
        ['input', 'prompt_tokens'],
        ['output', 'completion_tokens'],
        ['cached', 'cached_tokens'],
      ] as const)
        assert.equal(sum('semtel_llm_tokens_total', `type="${type}"`), total[unit], unit);
      assert.deepEqual(
        [shown.prompt_tokens, shown.completion_tokens],
        [total.prompt_tokens, total.completion_tokens],
      );
      const billed = Object.values(simulator.stats().endpoints)[0]!;
      assert.deepEqual(
        [billed.prompt_tokens, billed.completion_tokens, billed.cached_tokens],
        [total.prompt_tokens, total.completion_tokens, total.cached_tokens],
      );
      assert.ok(Math.abs(sum('semtel_cost_total') - total.cost) < 1e-9);
    },
    { metrics },
  );
});

test('a run through a server whose answers and ledger differ ends with 5, and leaves no output', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-ledger-'));
  const [input, out] = [join(folder, 'in.jsonl'), join(folder, 'out.jsonl')];
  writeFileSync(
    input,
    texts(3, 0)
      .map((conversation) => JSON.stringify({ conversation }))
      .join('\n'),
  );
  const two = batchOf(texts(2, 900));
  const lies: readonly ((answer: ExchangeResult, service: Service) => Promise<ExchangeResult>)[] = [
    async (answer) => ({ ...answer, ledger: { ...answer.ledger, ok: 2 } }),
    async (answer) => ({ ...answer, ledger: { ...answer.ledger, ok: 2, failed: 1 } }),
    async (answer) => ({ ...answer, ledger: { ...answer.ledger, rows: 2, questions: 2, ok: 2 } }),
    async (answer, service) => {
      const options = service.options({ classifiers: ['topic'] });
      const fewer = await service.classify(
        { options, ...two, door: 'local', peer: '', weight: 1 },
        openScope(systemClock),
      );
      return { ...answer, ipc: fewer.ipc };
    },
  ];
  try {
    await withStack({ answers: 'marked' }, async ({ service }) => {
      for (const lie of lies) {
        const liar: Service = {
          ...service,
          serving: true,
          drain: async () => {},
          classify: async (exchange, scope) => lie(await service.classify(exchange, scope), service),
        };
        const ports = { metrics: noMetrics, log: noLog, clock: systemClock };
        const server = await startServer({ service: liar, listen: '127.0.0.1:0', ...ports });
        const args = [input, '-c', 'topic', '-o', out, '--server', server.address];
        const error = await run
          .run(parseArguments(args, run.options), fakeTerminal())
          .catch((thrown: unknown) => thrown);
        await server.close(0);
        const { code, words } = ending(error);
        assert.equal(code, 5, words);
        assert.match(words, /The ledger of a batch does not balance: /);
        assert.ok(!existsSync(out));
      }
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
