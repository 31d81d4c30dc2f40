import { createHash } from 'node:crypto';
import type { Overview } from '../../service/overview.ts';
import { endpointsTable } from './endpoints.ts';
import { errorsTable } from './errors.ts';
import { Html, html } from './html.ts';
import { jobsTable } from './jobs.ts';
import { mark, name } from './marks.ts';
import { script } from './script.ts';
import { spanOf } from './span.ts';
import { style } from './style.ts';
import { figure } from './table.ts';

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

/** The server that the page is of. */
export interface PageOf {
  /** Of its machine: with several servers open, which one is this? */
  readonly host: string;
  readonly startedMs: number;
  readonly nowMs: number;
}

function figures({ serving, active, endpoints }: Overview): Html {
  const inflight = endpoints.reduce((total, endpoint) => total + endpoint.inflight, 0);
  const all: readonly (readonly [string, Html | string])[] = [
    ['this server', serving ? mark('good', 'serving') : mark('wary', 'draining')],
    ['active jobs', figure(active.jobs)],
    ['rows a second', figure(Math.round(active.rowsPerSecond))],
    ['rows under way', figure(active.rowsWaiting)],
    ['calls in flight', figure(inflight)],
  ];
  return html`<dl>${all.map(([what, figure]) => html`<div><dt>${what}</dt><dd>${figure}</dd></div>`)}</dl>`;
}

/** The whole page: nothing is loaded from elsewhere, and without script it still reloads itself. */
export function statusPage(overview: Overview, { host, startedMs, nowMs }: PageOf): string {
  const { version, jobs, jobsInAll, endpoints, errors } = overview;
  const time = new Date(nowMs).toISOString();
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>semtel on ${host}</title>
<style>${new Html(style)}</style>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header>
<h1>semtel ${version} <span class="host">on ${name(host)}</span></h1>
<nav aria-label="Other pages"><a href="./metrics">metrics</a><a href="./jobs">jobs</a><a href="./readyz">ready</a></nav>
<span id="stale" role="status"></span>
</header>
<main>
${figures(overview)}
${jobsTable(jobs, jobsInAll)}
${endpointsTable(endpoints)}
${errorsTable(errors)}
<footer>As of <time datetime="${time}">${time.slice(11, 19)} UTC</time>, started ${spanOf(nowMs - startedMs)} ago; renews itself.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}
