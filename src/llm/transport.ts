import { type Dispatcher, Pool } from 'undici';
import type { Scope } from '../base/scope.ts';
import type { EndpointConfig } from './config.ts';

/** Idle sockets are kept this long unless the server asks for less: bulk work comes back within seconds. */
const keepAliveMs = 30_000;
const connectMs = 10_000;

/** What the SDK hands to `fetch`, and the scope that ends the request, given through its `fetchOptions`. */
export interface PooledInit extends RequestInit {
  readonly scope: Scope;
}

/** HTTP over pools of kept connections, one pool an origin. */
export interface Transport {
  /** For the `openai` client: the body must be a Buffer; the reply is read whole and bounded. */
  readonly fetch: (url: string | URL | Request, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** Opens a pool for each origin, with a connection for every request that its endpoints allow in flight. */
export function openTransport(endpoints: readonly EndpointConfig[], maxReplyBytes: number): Transport {
  const connections = new Map<string, number>();
  for (const { baseUrl, maxConcurrency } of endpoints) {
    const { origin } = new URL(baseUrl);
    connections.set(origin, (connections.get(origin) ?? 0) + maxConcurrency);
  }
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      connections: connections.get(origin) ?? null,
      // One request a connection: a slow reply holds up no other.
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: keepAliveMs,
      connect: { timeout: connectMs },
      // The attempt's scope is the one timeout.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    pools.set(origin, pool);
    return pool;
  };
  // Endpoints have one address each: parsed once.
  const places = new Map<string, { readonly pool: Pool; readonly path: string }>();
  const placeOf = (address: string) => {
    const known = places.get(address);
    if (known !== undefined) return known;
    const { origin, pathname, search } = new URL(address);
    const place = { pool: poolOf(origin), path: pathname + search };
    places.set(address, place);
    return place;
  };
  // A client gives the same headers with every request: flattened once.
  const flattened = new WeakMap<object, string[]>();
  const flat = (headers: Headers): string[] => {
    const known = flattened.get(headers);
    if (known !== undefined) return known;
    const list = [...headers].flat();
    flattened.set(headers, list);
    return list;
  };
  return {
    fetch(input, init) {
      const { pool, path } = placeOf(input instanceof Request ? input.url : String(input));
      const { scope, headers, body } = init as PooledInit;
      const request: Dispatcher.DispatchOptions = {
        method: 'POST',
        path,
        headers: flat(headers as Headers),
        body: body as Buffer,
      };
      return exchange(pool, request, scope, maxReplyBytes);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

const tooLong = () => Object.assign(new Error('The reply is too long.'), { code: 'REPLY_TOO_LONG' });

/** One request and its whole reply. Rejects when the scope ends first, the connection fails or the reply is too long. */
function exchange(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  scope: Scope,
  maxReplyBytes: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let failure: Error | undefined;
    let status = 0;
    let headers: Readonly<Record<string, string | string[] | undefined>> = {};
    let bytes = 0;
    const chunks: Buffer[] = [];
    const fail = (error: Error) => {
      leave();
      failure ??= error;
      reject(failure);
      controller?.abort(failure);
    };
    let leave = () => {};
    leave = scope.onEnd(fail);
    if (failure !== undefined) return;
    pool.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        // Ended while it waited for a connection.
        if (failure !== undefined) started.abort(failure);
      },
      onResponseStart(_, statusCode, received) {
        status = statusCode;
        headers = received;
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
        if (bytes > maxReplyBytes) fail(tooLong());
        else chunks.push(chunk);
      },
      onResponseEnd() {
        leave();
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        resolve(responseOf(status, headers, body));
      },
      onResponseError(_, error) {
        leave();
        reject(failure ?? error);
      },
    });
  });
}

/** The part of a Response that the SDK and we read; a real one costs as much CPU as the request. */
function responseOf(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
): Response {
  const get = (name: string): string | null => {
    const value = headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
  };
  const response = {
    ok: status >= 200 && status < 300,
    status,
    headers: { get, entries: () => Object.entries(headers) },
    body: null,
    text: () => Promise.resolve(body.toString('utf8')),
  };
  return response as unknown as Response;
}
