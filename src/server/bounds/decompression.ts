import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { type ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { CallStatus } from '../errors.ts';

/**
 * Messages unpacked at a time. grpc-js stops one at the size limit, but unpacks those of all streams at once: 64 small
 * messages that grow a thousandfold took 5 GB before each was refused.
 */
const atOnce = 4;

/**
 * Each piece takes a turn of the event loop: with the usual 16 KB a large message waits for thousands of turns of a
 * busy server. Text packs to a quarter at least.
 */
const pieceBytes = (packedBytes: number) => Math.min(Math.max(4 * packedBytes, 1 << 14), 1 << 20);

const unpackers: Readonly<Record<string, typeof gunzip.__promisify__ | undefined>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
};

/** gRPC's bytes before a message. */
const prefixBytes = 5;

interface CallInside {
  decompressMessage?(message: Buffer, encoding: string): Buffer | Promise<Buffer>;
}

/**
 * Lets few compressed messages be unpacked at a time, over all calls of a server; the others wait as they came. One
 * beyond `maxBytes` ends its call RESOURCE_EXHAUSTED, one that cannot be unpacked as `broken`, which grpc-js would call our
 * failure. It has no option for any of this, so a private method of each call is replaced. Where a later release has
 * moved it nothing is bounded, and the test of this file says so.
 */
export function boundedDecompression(maxBytes: number, broken: CallStatus): ServerInterceptor {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
  const tooLarge = {
    code: status.RESOURCE_EXHAUSTED,
    details: `The message is larger than ${maxBytes} bytes once it is unpacked.`,
  };
  const unpacked = async (unpack: typeof gunzip.__promisify__, message: Buffer): Promise<Buffer> => {
    try {
      const bytes = message.subarray(prefixBytes);
      return await unpack(bytes, { maxOutputLength: maxBytes, chunkSize: pieceBytes(bytes.length) });
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : broken;
    }
  };
  return (_method, call) => {
    const inside = call as CallInside;
    const others = inside.decompressMessage?.bind(call);
    if (others !== undefined) {
      inside.decompressMessage = (message, encoding) => {
        const unpack = unpackers[encoding];
        return unpack === undefined ? others(message, encoding) : inTurn(() => unpacked(unpack, message));
      };
    }
    // Any call will do; the type asks for the class.
    return call as ServerInterceptingCall;
  };
}
