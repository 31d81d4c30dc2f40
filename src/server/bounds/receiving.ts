import type { EventEmitter } from 'node:events';
import type { ServerInterceptingCall, ServerInterceptor } from '@grpc/grpc-js';
import { SemtelError } from '../../base/error.ts';
import { HeldBytes } from './heldBytes.ts';

const tooMuch = () =>
  new SemtelError('overloaded', 'The server is receiving as much as it may hold; send the batch again.', {
    retryable: true,
  });
const cut = () => new SemtelError('bad_option', 'The call ended in the middle of a message; send all of it.');

interface CallInside {
  decoder?: { write(data: Buffer): Buffer[] };
  readonly stream?: EventEmitter;
}

/**
 * Bounds the bytes of messages that are still on their way, over all calls of a server: they count for nothing in
 * admission, which sees whole messages, and a client that never finishes would hold them for ever. Beyond `maxBytes`
 * the call that holds most is ended by `refuse`; small messages of others pass. So is a call that its client ends within
 * a message: grpc-js would drop the part and answer the rest as if it were all.
 * grpc-js has no option for either, so private fields of each call are reached into. Where a later release has moved them
 * nothing is bounded, and the test of this file says so.
 */
export function boundedReceiving(
  maxBytes: number,
  refuse: (call: Pick<ServerInterceptingCall, 'sendStatus'>, why: SemtelError) => void,
): ServerInterceptor {
  const unfinished = new HeldBytes(maxBytes);
  return (_method, call) => {
    const inside = call as CallInside;
    const { decoder, stream } = inside;
    if (decoder !== undefined && stream !== undefined) {
      const mine = unfinished.open(() => {
        mine.close();
        // Lets go of what has come; what still comes is dropped.
        inside.decoder = { write: () => [] };
        refuse(call, tooMuch());
      });
      let unfinishedBytes = 0;
      stream.once('close', mine.close);
      stream.once('end', () => {
        if (unfinishedBytes > 0) refuse(call, cut());
      });
      inside.decoder = {
        write(data) {
          const messages = decoder.write(data);
          let more = data.length;
          for (const { length } of messages) more -= length;
          mine.add(more);
          unfinishedBytes += more;
          return messages;
        },
      };
    }
    // Any call will do; the type asks for the class.
    return call as ServerInterceptingCall;
  };
}
