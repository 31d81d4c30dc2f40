import type { Outcome } from './candidate.ts';
import { type Case, rowsOf } from './cases.ts';
import type { Seen } from './simulation.ts';

/** One line of the table: a run, or why there was none. */
export interface Line {
  readonly situation: Case;
  readonly who: string;
  readonly result: { readonly outcome: Outcome; readonly seen: Seen } | string;
}

const columns = [
  'case',
  'who',
  'rows/s',
  'quota used %',
  'refused %',
  'rows lost',
  'of rows',
  'to dead',
  'CPU ms/row',
  's',
  'remarks',
];

const seconds = (value: number | null): string => (value === null ? 'never' : `${value.toFixed(0)} s`);
const percent = (part: number): string => (100 * part).toFixed(1);

/** How much longer the small jobs took than if every job had had an equal part. */
function smallJobs({ jobs, endpoints }: Case, rows: number, { jobsMs }: Outcome): string {
  const rate = endpoints.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0);
  const fairMs = (jobs!.at(-1)! * rows * jobs!.length * 1000) / rate;
  return `small jobs after ${(Math.max(...jobsMs.slice(1)) / fairMs).toFixed(1)} x their fair time`;
}

function remarks(situation: Case, rows: number, outcome: Outcome, seen: Seen): string {
  const said = [];
  if (situation.jobs !== undefined) said.push(smallJobs(situation, rows, outcome));
  if (situation.name === 'weights') said.push(`farthest from its part: ${percent(seen.unevenness)} %`);
  if (situation.outageS !== undefined) said.push(`${(seen.requests / rows).toFixed(2)} calls/row`);
  if (seen.changeTimes !== null) {
    const { quietS, restoredS } = seen.changeTimes;
    said.push(`quiet after ${seconds(quietS)}, restored after ${seconds(restoredS)}`);
  }
  return said.join('; ');
}

function cells({ situation, who, result }: Line): string[] {
  if (typeof result === 'string') return [situation.about, who, ...columns.slice(3).map(() => '–'), result];
  const { outcome, seen } = result;
  const rows = rowsOf(situation);
  return [
    situation.about,
    who,
    ((outcome.right / outcome.tookMs) * 1000).toFixed(1),
    percent(seen.used),
    percent(seen.throttled / Math.max(1, seen.requests)),
    String(rows - outcome.right),
    String(rows),
    seen.toDead === null ? '–' : String(seen.toDead),
    outcome.right === 0 ? '–' : (outcome.cpuMs / outcome.right).toFixed(2),
    (outcome.tookMs / 1000).toFixed(1),
    remarks(situation, rows, outcome, seen),
  ];
}

/** A Markdown table with columns of equal width, so that it is read in a terminal too. */
export function table(lines: readonly Line[]): string {
  const rows = [columns, ...lines.map(cells)];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const text = (row: readonly string[]) =>
    `| ${row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [text(rows[0]!), rule, ...rows.slice(1).map(text)].join('\n');
}

/** Of the widths tried, the one that lost fewest rows; among those the fastest. */
export function best(lines: readonly Line[]): Line {
  const rank = ({ result }: Line): [number, number] =>
    typeof result === 'string'
      ? [Number.POSITIVE_INFINITY, 0]
      : [-result.outcome.right, result.outcome.tookMs];
  return lines.reduce((top, line) => {
    const [lost, took] = rank(line);
    const [topLost, topTook] = rank(top);
    return lost < topLost || (lost === topLost && took < topTook) ? line : top;
  });
}
