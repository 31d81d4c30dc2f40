import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { openScope, type Scope, sleep } from '../base/scope.ts';
import type { Outcome } from './call.ts';

/** A slow reply comes in this many pieces. */
const drips = 10;

/** A scope that ends when the client goes before it has its answer. */
export function clientScope(response: ServerResponse, clock: Clock): Scope {
  const scope = openScope(clock);
  response.on('close', () => {
    if (!response.writableFinished) scope.end(new SemtelError('cancelled', 'The client went away.'));
  });
  return scope;
}

/** Puts an outcome on the wire; rejects with the scope's reason when the client goes during a slow one. */
export async function send(
  response: ServerResponse,
  outcome: Outcome,
  clock: Clock,
  scope: Scope,
): Promise<void> {
  if (outcome.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(outcome.body);
  response.writeHead(outcome.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...outcome.headers,
  });
  if (outcome.dripMs > 0) {
    const size = Math.ceil(body.length / drips);
    for (let at = 0; at < body.length; at += size) {
      await sleep(clock, outcome.dripMs / drips, scope);
      response.write(body.subarray(at, at + size));
    }
    response.end();
  } else response.end(body);
}
