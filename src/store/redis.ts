import { createClient, ErrorReply } from '@redis/client';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import type { Backend } from './backend.ts';

export interface RedisOptions {
  /** `redis[s]://[[user][:password]@]host[:port][/db]` */
  readonly url: string;
  readonly ttlMs: number;
}

/** A server on the same network is reached in milliseconds. */
const connectMs = 2_000;
/** A server that is back is found within seconds, and one that is away is not stormed. */
const reconnectMaxMs = 2_000;
/** A connection that owes an answer for so long is given up: its peer is gone without a word, or hangs. */
const silenceMs = 5_000;
/** Other programs may use the same database. */
const prefix = 'semtel:';

/**
 * Answers in a Redis or Valkey server, shared by all servers that name it. It reconnects by itself; while it is not
 * connected, every task is rejected at once. How much is kept is the matter of the server's `maxmemory`.
 */
export function redisBackend({ url, ttlMs }: RedisOptions, clock: Clock): Backend {
  let connection = connect(url);
  let owed = 0;
  let heardAt = 0;

  async function run<T>(task: (client: Connection['client']) => Promise<T>): Promise<T> {
    if (owed === 0) heardAt = clock.now();
    else if (clock.now() - heardAt > silenceMs) {
      // The library has no limit of its own for an answer; what is owed on the old connection is rejected.
      connection.client.destroy();
      connection = connect(url);
      heardAt = clock.now();
    }
    const { client, firstTry, fault } = connection;
    owed += 1;
    try {
      await firstTry;
      if (!client.isReady) throw new Error(messageOf(fault() ?? 'not connected'));
      const result = await task(client);
      heardAt = clock.now();
      return result;
    } catch (error) {
      throw error instanceof ErrorReply ? new Error(withoutArguments(error.message)) : error;
    } finally {
      owed -= 1;
    }
  }

  const expiration = { type: 'PX', value: Math.ceil(ttlMs) } as const;
  return {
    name: `redis at ${new URL(url).host}`,
    read: (keys) =>
      run(async (client) => {
        const texts = await client.mGet(keys.map((key) => prefix + key));
        return texts.map((text) => text ?? undefined);
      }),
    // Commands given in one turn of the event loop leave in one piece.
    write: (entries) =>
      run(async (client) => {
        await Promise.all(entries.map(([key, text]) => client.set(prefix + key, text, { expiration })));
      }),
    // What was to be written has been by now.
    close: async () => connection.client.destroy(),
  };
}

/** A server that does not know a command quotes its arguments, which may be answers; reasons are logged. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with.*/s, '');
}

type Connection = ReturnType<typeof connect>;

function connect(url: string) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectMs,
      reconnectStrategy: (retries) => Math.min(reconnectMaxMs, 100 * 2 ** retries),
    },
  });
  const tried = Promise.withResolvers<void>();
  let fault: unknown;
  client.on('error', (error: unknown) => {
    fault = error;
    tried.resolve();
  });
  client.connect().then(
    () => tried.resolve(),
    (error: unknown) => {
      fault = error;
      tried.resolve();
    },
  );
  return {
    client,
    /** Settles once it is known whether the server can be reached at first. */
    firstTry: tried.promise,
    /** Why the connection was last lost, or not made. */
    fault: () => fault,
  };
}
