import { type Status, statuses } from '../../base/answer.ts';
import type { JobView } from '../../service/jobView.ts';
import { type Html, html } from './html.ts';
import { bar, type Mood, mark } from './marks.ts';
import { type Column, table } from './table.ts';

const moods: Readonly<Record<JobView['state'], Mood>> = {
  ACTIVE: 'good',
  IDLE: 'rest',
  CANCELLED: 'wary',
  REJECTED: 'bad',
};

/** Nobody is to blame for a row without text, so that it is neither good nor bad. */
const kindOf = (status: Status) => (status === 'ok' ? 'good' : status === 'skipped' ? 'rest' : 'bad');

function nameOf({ id, ledger, boundBy, rejection }: JobView): Html {
  const note = boundBy === null ? rejection : `bound by ${boundBy}`;
  const parts = statuses.map((status) => ({
    kind: kindOf(status),
    part: ledger[status] / Math.max(ledger.questions, 1),
  }));
  return html`<span class="name">${id}</span>${note === null ? '' : html`<span class="note">${note}</span>`}${bar(parts)}`;
}

const columns: readonly Column<JobView>[] = [
  { head: 'State', cell: ({ state }) => mark(moods[state], state.toLowerCase()) },
  { group: 'Rows', head: 'a second', cell: ({ rowsPerSecond }) => Math.round(rowsPerSecond) },
  { group: 'Rows', head: 'answered', cell: ({ ledger }) => ledger.rows },
  { group: 'Rows', head: 'under way', cell: ({ rowsWaiting }) => rowsWaiting },
  ...statuses.map((status) => ({
    group: 'Questions',
    head: status.replace('_', ' '),
    cell: ({ ledger }: JobView) => ledger[status],
  })),
  { group: 'Of ok', head: 'stored', cell: ({ ledger }) => ledger.stored },
  { group: 'Of ok', head: 'shared', cell: ({ ledger }) => ledger.shared },
  { group: 'Bill', head: 'calls', cell: ({ ledger }) => ledger.calls },
  { group: 'Bill', head: 'tokens in', cell: ({ ledger }) => ledger.prompt_tokens },
  { group: 'Bill', head: 'tokens out', cell: ({ ledger }) => ledger.completion_tokens },
  // A hundredth of a cent is a call to a small model.
  {
    group: 'Bill',
    head: 'cost',
    cell: ({ ledger }) =>
      ledger.cost === 0
        ? 0
        : html`<span class="number">${ledger.cost.toFixed(ledger.cost < 100 ? 4 : 2)}</span>`,
  },
];

/** The jobs, each with progress, rate, what binds it and its ledger. */
export function jobsTable(jobs: readonly JobView[], inAll: number): Html {
  if (jobs.length === 0) return html`<h2>Jobs</h2><p class="none">No job came in the last 24 hours.</p>`;
  const caption = {
    title: 'Jobs',
    note: 'of the last 24 hours; rows and questions count when their batch is answered',
  };
  const more = inAll - jobs.length;
  const rest = more > 0 ? html`<p class="none">${more} more are at <a href="./jobs">jobs</a>.</p>` : '';
  return html`${table('jobs', caption, { head: 'Job', cell: nameOf }, columns, jobs)}${rest}`;
}
