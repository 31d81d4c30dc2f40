import type { EndpointView } from '../llm/call.ts';

/** An endpoint as the status page shows it. */
export function endpointRow(view: EndpointView) {
  const part = (unit: 'tokens' | 'requests') => {
    const [used, quota] = [view.used[unit], view.quota[unit]];
    if (used === null || quota === null) return 'no limit known';
    const learned = unit === 'requests' && view.learned ? ' (learned)' : '';
    return `${Math.round(used * 100)} % of ${Math.round(quota).toLocaleString('en')}${learned}`;
  };
  return {
    model: view.model,
    endpoint: view.endpoint,
    state: view.state,
    'in flight': view.inflight,
    'at most': Math.floor(view.concurrencyLimit),
    'tokens a minute': part('tokens'),
    'requests a minute': part('requests'),
    'median ms': view.latencyMs === null ? '' : Math.round(view.latencyMs),
    reason: view.reason ?? '',
  };
}
