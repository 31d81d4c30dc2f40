import { type Content, type Html, html } from './html.ts';

/** One column: its head with the unit, and what stands in it. */
export interface Column<Item> {
  readonly head: string;
  /** Stands over neighbouring columns of the same group. */
  readonly group?: string;
  /** What stands for the head on a narrow screen, where no group does; by default the head. */
  readonly alone?: string;
  /** A number is aligned right and grouped by thousands; 0 is faint, so that what happened stands out. */
  readonly cell: (item: Item) => Content;
}

/** From a million on in short, "12.3M": a job of a week fits its columns, and `/jobs` tells it exactly. */
export function figure(value: number): string {
  if (value < 1e6) return value.toLocaleString('en');
  return value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 });
}

function cellOf(head: string, start: string, content: Content): Html {
  if (typeof content !== 'number') return html`<td class="${start}" data-head="${head}">${content}</td>`;
  const kind = content === 0 ? 'number zero' : 'number';
  return html`<td class="${start} ${kind}" data-head="${head}">${figure(content)}</td>`;
}

/** A class for those that a group, or what follows one, begins with: a little room stands before it. */
const startOf = <Item>(columns: readonly Column<Item>[], n: number) =>
  n > 0 && columns[n]!.group !== columns[n - 1]!.group ? 'start' : '';

function groupsOf<Item>(
  columns: readonly Column<Item>[],
): { readonly name: string; readonly span: number }[] {
  const groups: { name: string; span: number }[] = [];
  for (const { group = '' } of columns) {
    const last = groups.at(-1);
    if (last?.name === group) last.span += 1;
    else groups.push({ name: group, span: 1 });
  }
  return groups;
}

function headOf<Item>(first: string, columns: readonly Column<Item>[]): Html {
  const groups = groupsOf(columns).map(({ name, span }) =>
    name === ''
      ? html`<td colspan="${span}"></td>`
      : html`<th class="start" scope="colgroup" colspan="${span}"><span>${name}</span></th>`,
  );
  const grouped = columns.some(({ group }) => group !== undefined);
  const heads = columns.map(
    ({ head }, n) => html`<th class="${startOf(columns, n)}" scope="col">${head}</th>`,
  );
  return html`<thead>${grouped ? html`<tr class="groups"><td></td>${groups}</tr>` : ''}<tr><th scope="col">${first}</th>${heads}</tr></thead>`;
}

/** A table whose first column names each row; on a narrow screen each row is a card. */
export function table<Item>(
  kind: string,
  { title, note }: { readonly title: string; readonly note: string },
  first: { readonly head: string; readonly cell: (item: Item) => Content },
  columns: readonly Column<Item>[],
  items: readonly Item[],
): Html {
  const rows = items.map(
    (item) =>
      html`<tr><th scope="row">${first.cell(item)}</th>${columns.map((column, n) => cellOf(column.alone ?? column.head, startOf(columns, n), column.cell(item)))}</tr>`,
  );
  return html`<table class="${kind}"><caption><h2>${title}</h2>${note}</caption>${headOf(first.head, columns)}<tbody>${rows}</tbody></table>`;
}
