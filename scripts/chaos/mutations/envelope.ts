import { gzipSync } from 'node:zlib';
import type { Random } from '../../../src/base/random.ts';
import { framed } from '../../soak/rawGrpc.ts';
import type { Call } from './call.ts';
import { below, oneOf } from './draw.ts';

const prefixBytes = 5;
const gzip = { 'grpc-encoding': 'gzip' };
const bombs = [1 << 20, 100 << 20].map((bytes) => gzipSync(Buffer.alloc(bytes), { level: 9 }));

const packed = ({ wire }: Call) =>
  wire.map((frame) => framed(gzipSync(frame.subarray(prefixBytes), { level: 1 }), true));

/** One of the frames, changed. */
function oneFrame(
  { wire }: Call,
  random: Random,
  change: (frame: Buffer) => Uint8Array,
): readonly Uint8Array[] {
  if (wire.length === 0) return wire;
  const index = below(random, wire.length);
  return wire.with(index, change(Buffer.from(wire[index]!)));
}

/** What can be done to the frames of a call without a look at their messages. */
export const envelopeChanges: Readonly<Record<string, (call: Call, random: Random) => Call>> = {
  gzip: (call) => ({ ...call, headers: gzip, wire: packed(call) }),
  broken_gzip: (call, random) => ({
    ...call,
    headers: gzip,
    wire: oneFrame({ ...call, wire: packed(call) }, random, (frame) => {
      frame[prefixBytes + below(random, frame.length - prefixBytes)]! ^= 1 << below(random, 8);
      return frame;
    }),
  }),
  gzip_bomb: (call, random) => ({ ...call, headers: gzip, wire: [framed(oneOf(random, bombs), true)] }),
  unknown_encoding: (call) => ({ ...call, headers: { 'grpc-encoding': 'brotli' }, wire: packed(call) }),
  flag_alone: (call, random) => ({
    ...call,
    wire: oneFrame(call, random, (frame) => {
      frame[0] = oneOf(random, [1, 2, 255]);
      return frame;
    }),
  }),
  wrong_length: (call, random) => ({
    ...call,
    wire: oneFrame(call, random, (frame) => {
      const length = frame.length - prefixBytes;
      frame.writeUInt32BE(oneOf(random, [0, length + 1, Math.max(0, length - 1), 2 ** 31, 2 ** 32 - 1]), 1);
      return frame;
    }),
  }),
  half_frame: (call, random) => ({
    ...call,
    wire: oneFrame(call, random, (frame) => frame.subarray(0, below(random, frame.length))),
  }),
  twice: (call) => ({ ...call, wire: [...call.wire, ...call.wire] }),
  nothing: (call) => ({ ...call, wire: [] }),
};
