import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { batchOf, rowsOf, type Stack, withStack } from './stack.ts';

/** Requests that may be in flight when the limit is reached. */
const concurrency = 8;
/** As in `stack.ts`, for one token. */
const price = { input: 1e-6, output: 2e-6 };

/** Texts whose bytes say little of their tokens: estimates are wrong by up to a factor of three. */
const words = ['plain words of a chat ', '質問があります。', 'ሰላም እንደምን ', '7f3a9c04e1b2', '🫠🪿🫎'];
const random = seededRandom(5);
const batches = (job: string) =>
  Array.from({ length: 4 }, (_, part) =>
    batchOf(
      Array.from({ length: 50 }, (_, row) => {
        const text = words[row % words.length]!.repeat(1 + Math.floor(random() * 60));
        return `${job} ${part} ${row} ${text} [[topic=Health]] [[expertise=Expert]]`;
      }),
    ),
  );

interface Answer {
  readonly status: string;
  readonly error_code: string | null;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** Four exchanges of one job at once, under two classifiers: its answers, its ledger, and what the endpoint billed. */
async function spend({ client, simulator }: Stack, jobId: string, options: object) {
  simulator.reset();
  const asked = { classifiers: ['topic', 'expertise'], jobId, ...options };
  const results = await Promise.all(batches(jobId).map((batch) => client.classify(asked, batch)));
  const rows = results.flatMap(({ batch }) => rowsOf(batch.ipc)) as unknown as Record<string, Answer>[];
  const answers = rows.flatMap(({ topic, expertise }) => [topic!, expertise!]);
  const { ledger } = await client.getJob(jobId);
  const { prompt_tokens, completion_tokens } = Object.values(simulator.stats().endpoints)[0]!;
  const costOf = (prompt: number, completion: number) => prompt * price.input + completion * price.output;
  return {
    ledger,
    answers,
    tokens: prompt_tokens + completion_tokens,
    cost: costOf(prompt_tokens, completion_tokens),
    most: {
      tokens: Math.max(...answers.map((one) => one.prompt_tokens + one.completion_tokens)),
      cost: Math.max(...answers.map((one) => costOf(one.prompt_tokens, one.completion_tokens))),
    },
  };
}

/** Replies that are asked for once more, each a bill of its own. */
const faults = { empty: 0.1, truncated: 0.1 };

test('what is billed passes a limit by no more than what is in flight, and uses it', async () => {
  await withStack(
    { answers: 'marked', latency_ms: 5, faults, seed: 2 },
    async (whole) => {
      for (const [unit, code, limits] of [
        ['tokens', 'max_tokens', { maxTokens: 60_000 }],
        ['cost', 'max_cost', { maxCost: 0.08 }],
      ] as const)
        for (const combine of [false, true]) {
          const limit = Object.values(limits)[0]!;
          const { answers, ledger, most, ...billed } = await spend(whole, `${code}-${combine}`, {
            ...limits,
            combine,
          });
          const label = `${code}, combine ${combine}: ${billed[unit]} of ${limit} billed`;
          // A combined request bills both its questions.
          const inFlight = concurrency * most[unit] * (combine ? 2 : 1);
          assert.ok(billed[unit] <= limit + inFlight, label);
          assert.ok(billed[unit] >= 0.85 * limit, label);
          const denied = answers.filter(({ status }) => status === 'over_budget');
          assert.ok(denied.length > 0 && denied.length < answers.length, label);
          assert.equal(denied.length, ledger.over_budget, label);
          for (const { error_code } of denied) assert.equal(error_code, code);
          assert.equal(ledger.prompt_tokens + ledger.completion_tokens, billed.tokens, label);
          assert.ok(Math.abs(ledger.cost - billed.cost) < 1e-9, label);
        }
    },
    { endpoint: `, max_concurrency: ${concurrency}` },
  );
});
