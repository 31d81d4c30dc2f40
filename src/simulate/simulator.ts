import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../base/clock.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import { InstructionBook } from './answers/instruction.ts';
import { problemOutcome } from './call.ts';
import type { Control, ControlChange } from './control.ts';
import { createDispatch, type OnRequest } from './dispatch.ts';
import { Fleet, type Stats } from './fleet.ts';
import { clientScope, send } from './send.ts';
import { TokenCounter } from './tokens.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host?: string;
  /** Behaviour at the start and after a reset; its `seed` starts the random numbers. */
  readonly control?: ControlChange;
  readonly clock?: Clock;
  /** Unix milliseconds at the clock's 0: for dates in replies and headers. */
  readonly epochMs?: number;
  /** Told of every request for an answer, with the body as it came: for tests that look at what is sent. */
  readonly onRequest?: OnRequest;
}

/** A simulated provider that listens. */
export interface Simulator {
  /** Without a path: an endpoint's base URL is `${url}/v1` or `${url}/NAME/v1`. */
  readonly url: string;
  readonly port: number;
  /** As `POST /semtel/control`. @throws SemtelError `config`; then nothing is changed. */
  control(change: ControlChange): Control;
  /** As `GET /semtel/stats`. */
  stats(): Stats;
  /** As `POST /semtel/reset`. */
  reset(): void;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/** Longer than clients keep idle connections, so that no request meets a connection being closed. */
const keepAliveMs = 120_000;
/** Thousands of connections may come at the same moment. */
const backlog = 4_096;
/**
 * Starts a simulated OpenAI-compatible provider: chat completions, embeddings and models, with quotas, latency and faults.
 * @throws SemtelError `config`: the control is not valid, or the address cannot be listened on.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { port, host = '127.0.0.1', control = {}, clock = systemClock, onRequest = () => {} } = options;
  const { epochMs = performance.timeOrigin } = options;
  const fleet = new Fleet(control, clock);
  let calls = 0;
  const world: World = {
    clock,
    unixMsOf: (clockMs) => epochMs + clockMs,
    tokens: new TokenCounter(),
    instructions: new InstructionBook(),
    nextId: () => ++calls,
  };

  const dispatch = createDispatch(fleet, world, onRequest);

  const server = createServer(async (request, response) => {
    const scope = clientScope(response, clock);
    try {
      await send(response, await dispatch(request, scope), clock, scope);
    } catch (error) {
      if (scope.ended !== undefined || response.headersSent) return;
      const message = `The simulator itself failed: ${messageOf(error)}`;
      const problem = { status: 500, message, type: 'simulator_error', code: null, param: null };
      await send(response, problemOutcome(problem), clock, scope);
    }
  });
  server.keepAliveTimeout = keepAliveMs;

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const message = `Cannot listen on ${host}:${port}: ${error.message}. Choose another port or host.`;
      reject(new SemtelError('config', message, { cause: error }));
    });
    server.listen({ port, host, backlog }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    control: (change) => fleet.change(change),
    stats: () => fleet.stats(),
    reset: () => fleet.reset(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
