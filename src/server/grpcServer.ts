import { promisify } from 'node:util';
import { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { Clock } from '../base/clock.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Limits, Service } from '../service/exchange.ts';
import { authenticator, type Token } from './auth.ts';
import { boundedDecompression } from './bounds/decompression.ts';
import { boundedReceiving } from './bounds/receiving.ts';
import { boundedSending } from './bounds/sending.ts';
import { widenWindows } from './bounds/windows.ts';
import { classifyDoor } from './classifyDoor.ts';
import { connectionsOf } from './connections.ts';
import { type ServerTls, serverCredentials } from './credentials.ts';
import { type CallStatus, callStatus } from './errors.ts';
import { flightDoor } from './flight/door.ts';
import {
  classifierService,
  classifierServiceName,
  flightService,
  flightServiceName,
  protos,
} from './proto.ts';
import { callScopes } from './scopes.ts';

export interface GrpcServerOptions {
  readonly service: Service;
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly tls?: ServerTls;
  /** Empty or absent: everybody is let in. */
  readonly tokens?: readonly Token[];
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
}

export interface RunningServer {
  /** `host:port` as it can be dialled. */
  readonly address: string;
  readonly port: number;
  /**
   * Says NOT_SERVING and refuses new exchanges at once, sends connections away after `noticeMs`, lets open exchanges
   * finish for `drainMs`, then closes within two seconds more.
   */
  close(drainMs: number): Promise<void>;
}

/** What a message holds besides the batch: options, framing, field numbers. */
const messageHeadroomBytes = 64 * 1_024;

const maxMessageBytes = ({ messageBytes }: Limits) => messageBytes + messageHeadroomBytes;

/** Bytes of unfinished messages: as many as may be admitted, and at least one of the largest. */
const receivingBytes = (limits: Limits) => Math.max(limits.inflightBytes, maxMessageBytes(limits));

/** A result carries the passed-through columns of its request, and the answers. */
const maxAnswerBytes = ({ messageBytes }: Limits) => 2 * messageBytes + messageHeadroomBytes;

/** Bytes of answers that nobody takes: as many as may be admitted, and at least one of the largest. */
const sendingBytes = (limits: Limits) => Math.max(limits.inflightBytes, maxAnswerBytes(limits));

const notUnpacked = () =>
  new SemtelError('bad_option', 'A message of the call says that it is compressed, and cannot be unpacked.');

const channelOptions = (limits: Limits) => ({
  'grpc.max_receive_message_length': maxMessageBytes(limits),
  'grpc.max_send_message_length': maxAnswerBytes(limits),
  // Eight tasks with 32 exchanges each over one connection; beyond that HTTP/2 queues in the client.
  'grpc.max_concurrent_streams': 256,
  // MB of one connection. Well above 256 streams x 1 MB window: ends only a connection that misbehaves.
  'grpc-node.max_session_memory': 1_024,
  // A client that vanished without a word is noticed within 50 s. Pings of clients are never refused.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.enable_channelz': 0,
});

/**
 * How long a draining server still takes connections: to tell NOT_SERVING and `draining` to whoever asks, until health
 * checks and name services have left it out. After it, GOAWAY and a closed port have balancing clients go elsewhere
 * without being refused here at each of their turns.
 */
const noticeMs = 5_000;

/** Time for streams to end of themselves once nothing is worked on, and once more when they have been told to. */
const closingStepMs = 1_000;

/** The port that was bound; rejects `config`. */
async function bind(server: Server, { listen, tls }: GrpcServerOptions): Promise<number> {
  const credentials = serverCredentials(tls);
  try {
    return await promisify(server.bindAsync.bind(server))(listen, credentials);
  } catch (error) {
    // gRPC tells of each address that the name stands for.
    const why = /EADDRINUSE/.test(messageOf(error)) ? 'another program listens there.' : messageOf(error);
    throw new SemtelError('config', `Cannot listen on ${listen}: ${why}`, { cause: error });
  }
}

/** Resolves when it is done, or after `ms`; true in the first case. */
function within(clock: Clock, ms: number, done: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, () => resolve(false));
    void done.then(() => {
      stop();
      resolve(true);
    });
  });
}

/** Opens both doors, health and (without tokens and TLS) reflection on one port. Throws `config` if it cannot listen. */
export async function startServer(options: GrpcServerOptions): Promise<RunningServer> {
  const { service, clock, log, metrics, tls, tokens = [] } = options;
  const scopes = callScopes(clock);
  const doorway = { service, authenticate: authenticator(tokens), scopes, metrics, log, clock };
  const refuse = (call: { sendStatus(status: CallStatus): void }, why: SemtelError) =>
    call.sendStatus(callStatus(why, log));
  const server = new Server({
    ...channelOptions(service.limits),
    interceptors: [
      boundedDecompression(maxMessageBytes(service.limits), callStatus(notUnpacked(), log)),
      boundedReceiving(receivingBytes(service.limits), refuse),
      boundedSending(sendingBytes(service.limits)),
    ],
  });
  const watched = ['', classifierServiceName, flightServiceName];
  const health = new HealthImplementation(Object.fromEntries(watched.map((name) => [name, 'SERVING'])));

  server.addService(classifierService, classifyDoor(doorway));
  server.addService(flightService, flightDoor(doorway));
  health.addToServer(server);
  // Reflection asks for no token: it is for trials, not for a server that is meant to be closed.
  if (tokens.length === 0 && tls === undefined) new ReflectionService(protos).addToServer(server);

  const onBound = widenWindows(server);
  const port = await bind(server, options);
  onBound();
  const cutConnections = connectionsOf(server);
  const address = `${options.listen.replace(/:\d+$/, '')}:${port}`;

  const close = async (drainMs: number) => {
    for (const name of watched) health.setStatus(name, 'NOT_SERVING');
    const drained = service.drain(drainMs);
    await within(clock, noticeMs, drained);
    const streamsEnded = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    await drained;
    if (await within(clock, closingStepMs, streamsEnded)) return;
    scopes.endAll(
      new SemtelError('draining', 'The server is going down; send the batch again.', { retryable: true }),
    );
    if (await within(clock, closingStepMs, streamsEnded)) return;
    server.forceShutdown();
    cutConnections();
  };
  return { address, port, close };
}
