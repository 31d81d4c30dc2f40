import type { Random } from '../../../src/base/random.ts';
import { below, oneOf } from './draw.ts';

/** Numbers at which counting, signs and sizes go wrong. */
export const extremes: readonly bigint[] = [
  0n,
  1n,
  -1n,
  8n,
  127n,
  255n,
  65_536n,
  2n ** 24n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** Writes a number of 1, 2, 4 or 8 bytes, its high bits cut off. */
export function putNumber(bytes: Uint8Array, at: number, size: number, value: bigint): void {
  for (let index = 0; index < size; index++) bytes[at + index] = Number((value >> BigInt(8 * index)) & 0xffn);
}

/** A random stretch of `length` bytes. */
function stretch(random: Random, length: number): readonly [from: number, to: number] {
  const from = below(random, length);
  return [from, from + 1 + below(random, Math.min(64, length - from))];
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** What can be done to bytes without knowing what they mean; `other` are bytes of the same kind. None may be empty. */
export const byteChanges: Readonly<
  Record<string, (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array>
> = {
  bits(bytes, random) {
    const changed = bytes.slice();
    for (let count = 1 + below(random, 4); count > 0; count--)
      changed[below(random, bytes.length)]! ^= 1 << below(random, 8);
    return changed;
  },
  extreme(bytes, random) {
    const changed = bytes.slice();
    const size = oneOf(random, [4, 8]);
    const at = 4 * below(random, Math.ceil(bytes.length / 4));
    putNumber(
      changed.subarray(0, bytes.length),
      at,
      Math.min(size, bytes.length - at),
      oneOf(random, extremes),
    );
    return changed;
  },
  cut: (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  lengthened: (bytes, random) =>
    joined(
      bytes,
      Uint8Array.from({ length: 1 + below(random, 64) }, () => below(random, 256)),
    ),
  doubled: (bytes) => joined(bytes, bytes),
  repeated(bytes, random) {
    const [from, to] = stretch(random, bytes.length);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  removed(bytes, random) {
    const [from, to] = stretch(random, bytes.length);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  zeroed(bytes, random) {
    const [from, to] = stretch(random, bytes.length);
    return bytes.slice().fill(0, from, to);
  },
  swapped(bytes, random) {
    const [from, to] = stretch(random, bytes.length);
    const at = below(random, bytes.length - (to - from) + 1);
    const changed = bytes.slice();
    changed.set(bytes.subarray(at, at + to - from), from);
    changed.set(bytes.subarray(from, to), at);
    return changed;
  },
  spliced(bytes, random, other) {
    const at = below(random, Math.min(bytes.length, other.length));
    return joined(bytes.subarray(0, at), other.subarray(at));
  },
};
