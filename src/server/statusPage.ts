/** A row of a table on the page: column name to what stands there. */
export type Row = Readonly<Record<string, string | number>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand anywhere in HTML: job ids and names come from clients and configuration. */
const escapeHtml = (text: string | number): string =>
  String(text).replace(/[&<>"']/g, (character) => entities[character]!);

function table(caption: string, rows: readonly Row[]): string {
  const heading = `<h2>${escapeHtml(caption)}</h2>`;
  const first = rows[0];
  if (first === undefined) return `${heading}<p>none</p>`;
  const columns = Object.keys(first);
  const line = (cells: readonly (string | number)[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) =>
    line(
      columns.map((name) => row[name] ?? ''),
      'td',
    ),
  );
  return `${heading}<table>${line(columns, 'th')}${body.join('')}</table>`;
}

const style =
  'body{font:14px sans-serif;margin:2em}td,th{text-align:left;padding:.2em 1em .2em 0;border-bottom:1px solid #ccc}';

/** The whole page, without script and without anything loaded from elsewhere. */
export function statusPage(version: string, jobs: readonly Row[], endpoints: readonly Row[]): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>semtel</title>',
    `<style>${style}</style></head><body><h1>semtel ${escapeHtml(version)}</h1>`,
    '<p><a href="/metrics">metrics</a> · <a href="/jobs">jobs</a> · <a href="/readyz">ready</a></p>',
    table('Jobs', jobs),
    table('Endpoints', endpoints),
    '</body></html>\n',
  ].join('');
}
