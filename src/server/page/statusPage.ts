import { createHash } from 'node:crypto';
import type { Overview } from '../../service/overview.ts';
import { endpointsTable } from './endpoints.ts';
import { errorsTable } from './errors.ts';
import { Html, html } from './html.ts';
import { jobsTable } from './jobs.ts';
import { mark } from './marks.ts';
import { script } from './script.ts';
import { style } from './style.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Lets the page's own style and script run, by their hashes, and nothing that got into it. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const sum = <Item>(items: readonly Item[], value: (item: Item) => number) =>
  Math.round(items.reduce((total, item) => total + value(item), 0)).toLocaleString('en');

function figures({ serving, jobs, endpoints }: Overview): Html {
  const active = jobs.filter(({ state }) => state === 'ACTIVE');
  const all: readonly (readonly [string, Html | string])[] = [
    ['this server', serving ? mark('good', 'serving') : mark('wary', 'draining')],
    ['active jobs', sum(active, () => 1)],
    ['rows a second', sum(active, ({ rowsPerSecond }) => rowsPerSecond)],
    ['rows under way', sum(active, ({ rowsWaiting }) => rowsWaiting)],
    ['calls in flight', sum(endpoints, ({ inflight }) => inflight)],
  ];
  return html`<dl>${all.map(([what, figure]) => html`<div><dt>${what}</dt><dd>${figure}</dd></div>`)}</dl>`;
}

/** The whole page: nothing is loaded from elsewhere, and without script it still reloads itself. */
export function statusPage(overview: Overview, now: Date): string {
  const { version, jobs, jobsInAll, endpoints, errors } = overview;
  const time = now.toISOString();
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>semtel</title>
<style>${new Html(style)}</style>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header>
<h1>semtel ${version}</h1>
<nav aria-label="Other pages"><a href="./metrics">metrics</a><a href="./jobs">jobs</a><a href="./readyz">ready</a></nav>
<span id="stale" role="status"></span>
</header>
<main>
${figures(overview)}
${jobsTable(jobs, jobsInAll)}
${endpointsTable(endpoints)}
${errorsTable(errors)}
<footer>As of <time datetime="${time}">${time.slice(11, 19)} UTC</time>; looks again every 2 seconds.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}
