import type { EndpointView } from '../../service/overview.ts';
import { type Content, type Html, html } from './html.ts';
import { bar, type Mood, mark, unknown } from './marks.ts';
import { type Column, figure, table } from './table.ts';

const moods: Readonly<Record<EndpointView['state'], Mood>> = {
  up: 'good',
  cooling: 'wary',
  ejected: 'bad',
  rejected: 'bad',
};

const nameOf = ({ endpoint, model, reason }: EndpointView) =>
  html`<span class="name">${endpoint}</span><span class="note">model ${model}</span>${reason === null ? '' : html`<span class="note bad">${reason}</span>`}`;

/** The part of a quota that is in use, in percent, with a bar. */
function usedOf(unit: 'requests' | 'tokens') {
  return ({ used }: EndpointView): Content => {
    const part = used[unit];
    if (part === null) return unknown();
    return html`<span class="number">${Math.round(part * 100)}</span>${bar([{ kind: 'used', part: Math.min(part, 1) }])}`;
  };
}

function quotaOf(unit: 'requests' | 'tokens') {
  return ({ quota, learned }: EndpointView): Content => {
    const most = quota[unit];
    if (most === null) return unknown('not told');
    if (unit === 'tokens' || !learned) return Math.round(most);
    return html`<span class="number">${figure(Math.round(most))}</span> <span class="none">learned</span>`;
  };
}

const columns: readonly Column<EndpointView>[] = [
  { head: 'State', cell: ({ state }) => mark(moods[state], state) },
  { group: 'Calls', head: 'in flight', cell: ({ inflight }) => inflight },
  { group: 'Calls', head: 'at most', cell: ({ concurrencyLimit }) => Math.floor(concurrencyLimit) },
  { group: 'Calls', head: 'waiting for model', cell: ({ waiting }) => waiting },
  {
    head: 'Median ms',
    cell: ({ latencyMs }) => (latencyMs === null ? unknown() : Math.round(latencyMs)),
  },
  { group: 'Tokens a minute', head: 'used %', cell: usedOf('tokens') },
  { group: 'Tokens a minute', head: 'quota', cell: quotaOf('tokens') },
  { group: 'Requests a minute', head: 'used %', cell: usedOf('requests') },
  { group: 'Requests a minute', head: 'quota', cell: quotaOf('requests') },
];

/** The endpoints, each with state, concurrency, latency and the use of its quotas. */
export function endpointsTable(endpoints: readonly EndpointView[]): Html {
  const caption = { title: 'Endpoints', note: 'the use of a quota is that of the last ten seconds' };
  return html`${table('endpoints', caption, { head: 'Endpoint', cell: nameOf }, columns, endpoints)}`;
}
