import { type ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { CallStatus } from './errors.ts';

/**
 * Messages unpacked at a time. grpc-js stops one at the size limit, but unpacks those of all streams at once: 64 small
 * messages that grow a thousandfold took 5 GB before each was refused.
 */
const atOnce = 4;

interface CallInside {
  decompressMessage?(message: Buffer, encoding: string): Buffer | Promise<Buffer>;
}

/**
 * Lets few compressed messages be unpacked at a time, over all calls of a server; the others wait as they came.
 * A message that cannot be unpacked ends its call as `broken`, which grpc-js would call our failure.
 * grpc-js has no option for either, so a private method of each call is reached into. Where a later release has moved
 * it nothing is bounded, and the test of this file says so.
 */
export function boundedDecompression(broken: CallStatus): ServerInterceptor {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  const inTurn = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } catch (error) {
      throw (error as Partial<CallStatus>).code === status.INTERNAL ? broken : error;
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
  return (_method, call) => {
    const inside = call as CallInside;
    const unpack = inside.decompressMessage?.bind(call);
    if (unpack !== undefined) {
      inside.decompressMessage = (message, encoding) =>
        encoding === 'identity' ? unpack(message, encoding) : inTurn(() => unpack(message, encoding));
    }
    // Any call will do; the type asks for the class.
    return call as ServerInterceptingCall;
  };
}
