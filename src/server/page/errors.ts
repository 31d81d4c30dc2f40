import { type ErrorCount, recentMinutes } from '../../service/recentErrors.ts';
import { type Html, html } from './html.ts';
import { name, unknown } from './marks.ts';
import { spanOf } from './span.ts';
import { type Column, table } from './table.ts';

const columns: readonly Column<ErrorCount>[] = [
  { head: 'Ended', cell: ({ of }) => of },
  { head: `Last ${recentMinutes} min`, cell: ({ recent }) => recent },
  { head: 'Since start', cell: ({ total }) => total },
  { head: 'Last one, ago', cell: ({ agoMs }) => html`<span class="number">${spanOf(agoMs)}</span>` },
  { head: 'Its endpoint', cell: ({ endpoint }) => endpoint ?? unknown() },
  { head: 'Its words', cell: ({ message }) => html`<span class="words">${message ?? unknown()}</span>` },
];

/** Error codes of questions and of calls of clients, the latest first. */
export function errorsTable(errors: readonly ErrorCount[]): Html {
  if (errors.length === 0) return html`<h2>Errors</h2><p class="none">None since the start.</p>`;
  const caption = { title: 'Errors', note: 'by code, the latest first' };
  const code = { head: 'Code', cell: (error: ErrorCount) => name(error.code) };
  return html`${table('errors', caption, code, columns, errors)}`;
}
