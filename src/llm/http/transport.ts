import { Pool } from 'undici';
import type { Scope } from '../../base/scope.ts';
import type { EndpointConfig } from '../config.ts';
import { exchange, type HttpReply } from './exchange.ts';
import type { RequestHead } from './requestHead.ts';

/** Idle sockets are kept this long unless the server asks for less: bulk work comes back within seconds. */
const keepAliveMs = 30_000;
const connectMs = 10_000;

/** HTTP over pools of kept connections, one pool an origin. */
export interface Transport {
  /** Posts one request; the reply is read whole and bounded. Rejects as `exchange` does. */
  post(head: RequestHead, body: Buffer, scope: Scope): Promise<HttpReply>;
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
  return {
    post({ origin, path, headers }, body, scope) {
      const request = { method: 'POST', path, headers: headers as string[], body } as const;
      return exchange(poolOf(origin), request, scope, maxReplyBytes);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
