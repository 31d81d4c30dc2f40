/**
 * A loop over the openai SDK as many write it: its own retries, a fixed number of calls at once, endpoints in turn by
 * their quota. It waits for a line on standard input, then answers the rows of the given file.
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import type { LoopReport, LoopSpec } from './loopSpec.ts';
import { bodyOf } from './work.ts';

const spec = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as LoopSpec;
const lanes = spec.endpoints.map(({ url, weight }) => ({
  client: new OpenAI({ apiKey: 'none', baseURL: url, timeout: spec.timeoutS * 1000 }),
  weight,
  taken: 0,
}));

/** The endpoint that has had least of its part. */
function nextClient(): OpenAI {
  const lane = lanes.reduce((best, each) =>
    each.taken / each.weight < best.taken / best.weight ? each : best,
  );
  lane.taken++;
  return lane.client;
}

/** Rows of all jobs in turn, so that no job waits for another to end. */
function inTurn(): { job: number; user: string; label: string }[] {
  const longest = Math.max(...spec.jobs.map((rows) => rows.length));
  return Array.from({ length: longest }, (_, at) =>
    spec.jobs.flatMap((rows, job) => (at < rows.length ? [{ job, ...rows[at]! }] : [])),
  ).flat();
}

function labelIn(content: string): string | undefined {
  try {
    return (JSON.parse(content) as { label?: string }).label;
  } catch {
    return undefined;
  }
}

async function label(user: string, signal: AbortSignal): Promise<string | undefined> {
  const ask = async () => {
    const reply = await nextClient().chat.completions.create(bodyOf(spec, user), { signal });
    return labelIn(reply.choices[0]!.message.content ?? '');
  };
  // A reply that cannot be read is asked for once more.
  return (await ask()) ?? (await ask());
}

console.log('ready');
await once(process.stdin, 'data');
const stop = AbortSignal.timeout(spec.stopAfterS * 1000);
const startedMs = performance.now();
const before = process.cpuUsage();
const rows = inTurn();
const jobsMs = spec.jobs.map(() => 0);
const complaints = new Set<string>();
let next = 0;
let right = 0;
async function worker(): Promise<void> {
  while (next < rows.length && !stop.aborted) {
    const row = rows[next++]!;
    try {
      if ((await label(row.user, stop)) === row.label) right++;
    } catch (error) {
      complaints.add(String(error).slice(0, 80));
    }
    jobsMs[row.job] = performance.now() - startedMs;
  }
}
await Promise.all(Array.from({ length: spec.width }, worker));
const { user, system } = process.cpuUsage(before);
const report: LoopReport = {
  right,
  tookMs: performance.now() - startedMs,
  cpuMs: (user + system) / 1000,
  jobsMs,
  complaints: [...complaints],
};
console.log(JSON.stringify(report));
process.exit(0);
