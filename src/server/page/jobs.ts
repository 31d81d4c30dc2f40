import { type Status, statuses } from '../../base/answer.ts';
import type { JobView } from '../../service/jobView.ts';
import { type Content, type Html, html } from './html.ts';
import { bar, type Mood, mark, name, unknown } from './marks.ts';
import { spanOf } from './span.ts';
import { type Column, figure, table } from './table.ts';

const moods: Readonly<Record<JobView['state'], Mood>> = {
  ACTIVE: 'good',
  IDLE: 'rest',
  CANCELLED: 'wary',
  REJECTED: 'bad',
};

/** Nobody is to blame for a row without text, so that it is neither good nor bad. */
const kindOf = (status: Status) => (status === 'ok' ? 'good' : status === 'skipped' ? 'rest' : 'bad');

/** Of the rows that came, those that are answered, by how they ended; what is left of the bar is under way. */
function progressOf({ ledger, rowsWaiting }: JobView): Html {
  const answered = ledger.rows / Math.max(ledger.rows + rowsWaiting, 1);
  const part = (status: Status) => (answered * ledger[status]) / Math.max(ledger.questions, 1);
  return bar(statuses.map((status) => ({ kind: kindOf(status), part: part(status) })));
}

function nameOf(job: JobView): Html {
  const { id, boundBy, rejection, idleMs } = job;
  const note =
    boundBy === null
      ? (rejection ?? `last seen ${spanOf(idleMs)} ago`)
      : `bound by ${boundBy.replaceAll(' %', '\u00a0%')}`;
  return html`${name(id)}<span class="note">${note}</span>${progressOf(job)}`;
}

/** A hundredth of a cent is a call to a small model. */
function costOf({ ledger: { cost }, currency }: JobView): Content {
  if (cost === 0) return currency === null ? unknown() : 0;
  const amount = cost < 1 ? cost.toFixed(4) : figure(Number(cost.toFixed(2)));
  return html`<span class="number">${amount} <span class="none">${currency ?? ''}</span></span>`;
}

const columns: readonly Column<JobView>[] = [
  { head: 'State', cell: ({ state }) => mark(moods[state], state.toLowerCase()) },
  {
    group: 'Rows',
    head: 'a second',
    alone: 'rows a second',
    // The rate of a job that has ended is a memory.
    cell: ({ state, rowsPerSecond }) => (state === 'ACTIVE' ? Math.round(rowsPerSecond) : 0),
  },
  { group: 'Rows', head: 'answered', alone: 'rows answered', cell: ({ ledger }) => ledger.rows },
  { group: 'Rows', head: 'under way', alone: 'rows under way', cell: ({ rowsWaiting }) => rowsWaiting },
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
  { group: 'Bill', head: 'cost', cell: costOf },
];

/** The jobs, each with progress, rate, what binds it and its ledger. */
export function jobsTable(jobs: readonly JobView[], inAll: number): Html {
  if (jobs.length === 0) return html`<h2>Jobs</h2><p class="none">No job came in the last 24 hours.</p>`;
  const caption = {
    title: 'Jobs',
    note: 'of the last 24 hours; rows and questions count when their batch is answered; what is empty of a bar is under way',
  };
  const more = inAll - jobs.length;
  const rest =
    more > 0 ? html`<p class="none">${figure(more)} more are at <a href="./jobs">jobs</a>.</p>` : '';
  return html`${table('jobs', caption, { head: 'Job', cell: nameOf }, columns, jobs)}${rest}`;
}
