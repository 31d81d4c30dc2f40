/**
 * A Spark job while everything around it breaks: three clean restarts of the server, three times `kill -9`, a killed
 * executor, two storms of 429, 5 % of the calls fail, 5 % break, 2 % of the replies are malformed. Each row says what
 * its answer must be. Then the same job once more in fair weather. Prints what happened and a verdict; exit code 1
 * where a claim does not hold. Simulated endpoints, server, driver and two executors have processes of their own.
 *
 *   node scripts/chaos/spark.ts [--rows 200000]
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../bench/endpoints/freePort.ts';
import { untilAnswers } from '../bench/measured.ts';
import { endpointAt, fairWeather, weather } from './spark/endpoint.ts';
import { eventsOf, happening, wideQuota } from './spark/events.ts';
import { checkSpark, type Ran, startJob } from './spark/job.ts';
import { asProgram, semtel } from './spark/processes.ts';
import { startServer } from './spark/server.ts';
import { repeats, verdict } from './spark/verdict.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '200000' } } });
const rows = Number(values.rows);
const folder = mkdtempSync(join(tmpdir(), 'semtel-chaos-'));
const [origin, target, status] = [
  `http://127.0.0.1:${await freePort()}`,
  `127.0.0.1:${await freePort()}`,
  `127.0.0.1:${await freePort()}`,
];
const config = join(folder, 'semtel.yaml');
writeFileSync(
  config,
  `
listen: ${target}
status: ${status}
prompts: [${JSON.stringify(join(import.meta.dirname, 'spark'))}]
models:
  default:
    endpoints:
      - { name: east, base_url: "${origin}/east/v1", model: simulated }
      - { name: west, base_url: "${origin}/west/v1", model: simulated }
`,
);

function printJob(name: string, { seconds, counts, before, after }: Ran): void {
  const calls = after.requests - before.requests;
  console.log(
    `${name}: ${rows} rows in ${seconds.toFixed(0)} s, Spark's start included (${(rows / seconds).toFixed(0)} rows/s), ` +
      `${calls} calls, ${after.throttled - before.throttled} refused; ` +
      `${JSON.stringify(counts.statuses)} from ${JSON.stringify(counts.sources)}\n`,
  );
}

async function main(): Promise<boolean> {
  checkSpark();
  const control = {
    answers: 'marked',
    latency_ms: 100,
    count_repeats: true,
    rpm: wideQuota,
    faults: weather,
  };
  const port = new URL(origin).port;
  semtel(['simulate', '--port', port, '--control', JSON.stringify(control)], join(folder, 'simulate.log'));
  await untilAnswers(`${origin}/semtel/stats`);
  const endpoint = endpointAt(origin);
  const server = await startServer(config, `http://${status}/readyz`, join(folder, 'serve.log'));

  const job = await startJob(rows, target, folder, endpoint);
  const events = eventsOf(server, endpoint, job.pid);
  const [first, happened] = await Promise.all([job.ran, happening(events, endpoint, rows, job.ran)]);
  await endpoint.control({ faults: fairWeather });
  const second = await (await startJob(rows, target, folder, endpoint)).ran;

  console.log('| event | at answer | took, s | in flight then | calls repeated so far | may be |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const { event, before, seconds, repeated, allowed } of repeats(happened, first.after))
    console.log(
      `| ${event.name} | ${before.answered} | ${seconds.toFixed(1)} | ${before.inFlight} | ${repeated} | ${allowed} |`,
    );
  console.log();
  printJob('The job', first);
  printJob('The same job again', second);
  const claims = verdict(rows, events, happened, first, second);
  for (const { claim, found, holds } of claims)
    console.log(`${holds ? 'ok    ' : 'FAILED'}  ${claim}: ${found}`);
  return claims.every(({ holds }) => holds);
}

await asProgram(main, folder);
