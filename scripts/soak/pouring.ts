import { classifierService } from '../../src/server/proto.ts';
import type { Batch } from './batches.ts';
import { batchMessage, framed, openCall, openSession, optionsMessage, statusOf } from './rawGrpc.ts';

const { ClassifyStream } = classifierService;

interface Pouring {
  readonly batches: () => Batch;
  /** Logical model; the default one by default. */
  readonly model?: string;
  /** Columns that the answers carry; none by default. */
  readonly passthrough?: readonly string[];
  /** False: the answers are let lie. */
  readonly reads: boolean;
}

/** Clients that stream more than any server should take in, each as a job over a connection of its own. */
export interface Pours {
  readonly jobIds: readonly string[];
  /** Batches that the transport has taken from each. */
  readonly taken: readonly number[];
  /** How each has ended, or `open`. */
  readonly statuses: readonly string[];
  close(): void;
}

/** Streams batches from `count` clients as fast as flow control lets them, for ever. */
export function pour(address: string, count: number, pouring: Pouring): Pours {
  const jobIds = Array.from({ length: count }, (_, client) => `pour${client}`);
  const clients = jobIds.map((jobId) => pourOne(address, jobId, pouring));
  return {
    jobIds,
    get taken() {
      return clients.map(({ taken }) => taken);
    },
    get statuses() {
      return clients.map(({ status }) => status);
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

function pourOne(address: string, jobId: string, { batches, model, passthrough, reads }: Pouring) {
  const session = openSession(address);
  const stream = openCall(session, ClassifyStream.path);
  const client = {
    taken: 0,
    status: 'open',
    open: true,
    close() {
      client.open = false;
      session.destroy();
    },
  };
  void statusOf(stream, reads).then((status) => {
    client.status = status;
    client.open = false;
  });
  stream.write(optionsMessage(jobId, model, passthrough));
  const next = () => {
    if (!client.open) return;
    stream.write(batchMessage(batches()), () => {
      client.taken += 1;
      setImmediate(next);
    });
  };
  next();
  return client;
}

/** Calls that send all but the end of a message, over one connection. */
export interface Unfinished {
  /** How those ended that did. */
  readonly statuses: readonly string[];
  close(): void;
}

export function sendUnfinished(address: string, bytes: number, count: number): Unfinished {
  const session = openSession(address);
  const message = framed(Buffer.alloc(bytes)).subarray(0, bytes);
  const statuses: string[] = [];
  for (let sent = 0; sent < count; sent++) {
    const call = openCall(session, ClassifyStream.path);
    void statusOf(call).then((status) => statuses.push(status));
    call.write(message);
  }
  return { statuses, close: () => session.destroy() };
}
