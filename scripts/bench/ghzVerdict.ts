import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect } from '../../src/server/client.ts';

/** What ghz tells of a run, as far as it is read here; times in nanoseconds. */
interface GhzReport {
  readonly count: number;
  readonly rps: number;
  readonly average: number;
  readonly statusCodeDistribution: Readonly<Record<string, number>>;
  readonly latencyDistribution: readonly { readonly percentage: number; readonly latency: number }[] | null;
}

/** Prints rate and percentiles; fails unless every call was OK and the job's ledger counts every answer as ok. */
const { values } = parseArgs({
  options: {
    report: { type: 'string' },
    target: { type: 'string' },
    job: { type: 'string' },
    requests: { type: 'string' },
    answers: { type: 'string' },
  },
});
const report: GhzReport = JSON.parse(readFileSync(values.report!, 'utf8'));
const client = connect(values.target!);
const { ledger } = await client.getJob(values.job!);
client.close();

const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
const percentiles = (report.latencyDistribution ?? []).map(
  ({ percentage, latency }) => `p${percentage} ${ms(latency)}`,
);
console.log(
  `${report.count} requests, ${report.rps.toFixed(0)} requests/s; latency in ms: ${percentiles.join(', ')}`,
);
console.log(
  `ledger: ${ledger.questions} questions, ${ledger.ok} ok, ${ledger.stored} stored, ${ledger.calls} calls`,
);

const ok = report.statusCodeDistribution.OK ?? 0;
const faults = [
  ok === Number(values.requests) && report.count === ok
    ? undefined
    : `not every request was OK: ${JSON.stringify(report.statusCodeDistribution)} of ${values.requests}`,
  ledger.ok === Number(values.answers)
    ? undefined
    : `the ledger says ${ledger.ok} ok; rows sent x classifiers are ${values.answers}`,
].filter((fault) => fault !== undefined);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
