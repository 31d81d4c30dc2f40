import type { EndpointView } from '../../service/overview.ts';
import { type Content, type Html, html } from './html.ts';
import { bar, type Mood, mark, name, unknown } from './marks.ts';
import { type Column, figure, table } from './table.ts';

const moods: Readonly<Record<EndpointView['state'], Mood>> = {
  up: 'good',
  cooling: 'wary',
  ejected: 'bad',
  rejected: 'bad',
};

function nameOf({ endpoint, model, waiting, reason }: EndpointView): Html {
  // Of the model, not of the endpoint: a figure in a column of its own would be added up.
  const queue =
    waiting === 0 ? '' : `, for which ${figure(waiting)} ${waiting === 1 ? 'call waits' : 'calls wait'}`;
  const trouble = reason === null ? '' : html`<span class="note bad">${reason}</span>`;
  return html`${name(endpoint)}<span class="note">model ${model}${queue}</span>${trouble}`;
}

/** The last one of a model stays in use although it fails every call: that is no "up" to anybody who looks. */
const stateOf = ({ state, reason }: EndpointView) =>
  state === 'up' && reason !== null ? mark('wary', 'failing') : mark(moods[state], state);

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
  { head: 'State', cell: stateOf },
  { group: 'Calls', head: 'in flight', alone: 'calls in flight', cell: ({ inflight }) => inflight },
  {
    group: 'Calls',
    head: 'at most',
    alone: 'calls at most',
    cell: ({ concurrencyLimit }) => Math.floor(concurrencyLimit),
  },
  {
    head: 'Median ms',
    cell: ({ latencyMs }) => (latencyMs === null ? unknown() : Math.round(latencyMs)),
  },
  { group: 'Tokens a minute', head: 'used %', alone: 'tokens used %', cell: usedOf('tokens') },
  { group: 'Tokens a minute', head: 'quota', alone: 'tokens a minute', cell: quotaOf('tokens') },
  { group: 'Requests a minute', head: 'used %', alone: 'requests used %', cell: usedOf('requests') },
  { group: 'Requests a minute', head: 'quota', alone: 'requests a min', cell: quotaOf('requests') },
];

/** The endpoints, each with state, concurrency, latency and the use of its quotas. */
export function endpointsTable(endpoints: readonly EndpointView[]): Html {
  const caption = { title: 'Endpoints', note: 'the use of a quota is that of the last ten seconds' };
  return html`${table('endpoints', caption, { head: 'Endpoint', cell: nameOf }, columns, endpoints)}`;
}
