import type { Random } from '../../base/random.ts';
import type { Endpoint, Load } from '../endpoint/endpoint.ts';

/** An endpoint that may be used now, or how long to wait for the first one (Infinity: until a lease is settled). */
export type Route =
  | { readonly endpoint: Endpoint; readonly waitMs: 0 }
  | { readonly endpoint: null; readonly waitMs: number };

/**
 * Chooses among the endpoints that are ready: those of the lowest priority number, of them those that this row has
 * not tried yet; of two random ones the less full (power of two choices, Mitzenmacher 2001), measured against the
 * token quota, so that a deployment carries its share.
 */
export function route(
  endpoints: readonly Endpoint[],
  load: Load,
  tried: ReadonlySet<Endpoint>,
  random: Random,
): Route {
  let waitMs = Number.POSITIVE_INFINITY;
  let ready: Endpoint[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const endpoint of endpoints) {
    const wait = endpoint.waitMs(load);
    waitMs = Math.min(waitMs, wait);
    // Tried ones come last whatever their priority.
    const rank = endpoint.config.priority + (tried.has(endpoint) ? 1e9 : 0);
    if (wait > 0 || rank > best) continue;
    if (rank < best) ready = [];
    best = rank;
    ready.push(endpoint);
  }
  const chosen = ready.length < 2 ? ready[0] : lessFull(ready, load, random);
  return chosen === undefined ? { endpoint: null, waitMs } : { endpoint: chosen, waitMs: 0 };
}

function lessFull(ready: readonly Endpoint[], load: Load, random: Random): Endpoint {
  const first = Math.floor(random() * ready.length);
  const second = (first + 1 + Math.floor(random() * (ready.length - 1))) % ready.length;
  const [a, b] = [ready[first]!, ready[second]!];
  const byTokens = a.quota.perMinute.tokens !== null && b.quota.perMinute.tokens !== null;
  return b.fullness(load, byTokens) < a.fullness(load, byTokens) ? b : a;
}
