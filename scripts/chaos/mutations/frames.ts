import { zstdCompressSync } from 'node:zlib';
import type { Frame } from '../../../src/base/ipcFrames.ts';
import type { Random } from '../../../src/base/random.ts';
import { byteChanges, extremes, putNumber } from './bytes.ts';
import { below, oneOf } from './draw.ts';
import { numbersOf } from './numbers.ts';

export type Frames = readonly Frame[];

/** Zeros as zstd, a thirty-thousandth of that, by what they say they are: more, less, and what they are. */
const bombs = [1 << 20, 64 << 20, 300 << 20].flatMap((bytes) =>
  [bytes, 8, 2 ** 40].map((said) => {
    const bomb = Buffer.concat([Buffer.alloc(8), zstdCompressSync(Buffer.alloc(bytes))]);
    bomb.writeBigInt64LE(BigInt(said));
    return bomb;
  }),
);

/** A bare message of metadata, that many bytes longer than it need be. */
const hugeBytes = [1 << 12, 1 << 16, 1 << 20, 4 << 20];

const replaced = (frames: Frames, index: number, frame: Frame): Frames => frames.with(index, frame);

/** The body with something appended, and one of the batch's buffers told to be that. */
function redirected({ header, body }: Frame, random: Random, content: Uint8Array): Frame {
  const longer = new Uint8Array(Math.ceil(body.length / 8) * 8 + Math.ceil(content.length / 8) * 8);
  longer.set(body);
  const at = longer.length - Math.ceil(content.length / 8) * 8;
  longer.set(content, at);
  const changed = header.slice();
  const longs = numbersOf(header).filter(({ size }) => size === 8);
  const bodyLength = longs.find((place) => readLong(header, place.at) === BigInt(body.length));
  if (bodyLength !== undefined) putNumber(changed, bodyLength.at, 8, BigInt(longer.length));
  const first = below(random, Math.max(1, longs.length - 1));
  putNumber(changed, longs[first]?.at ?? 0, 8, BigInt(at));
  putNumber(changed, longs[first + 1]?.at ?? 8, 8, BigInt(content.length));
  return { header: changed, body: longer };
}

const readLong = (bytes: Uint8Array, at: number): bigint =>
  new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(at, true);

/** What can be done to the messages of an Arrow stream; `others` are those of another one. */
export const frameChanges: Readonly<
  Record<string, (frames: Frames, random: Random, others: Frames) => Frames>
> = {
  number(frames, random) {
    const index = below(random, frames.length);
    const { header, body } = frames[index]!;
    const changed = header.slice();
    const places = numbersOf(header);
    for (let count = Math.min(places.length, 1 + below(random, 2)); count > 0; count--) {
      const { at, size } = oneOf(random, places);
      const near = size === 8 ? readLong(header, at) + oneOf(random, [-8n, -1n, 1n, 8n]) : 1n;
      putNumber(changed, at, size, random() < 0.5 ? near : oneOf(random, extremes));
    }
    return replaced(frames, index, { header: changed, body });
  },
  left_out: (frames, random) => frames.toSpliced(below(random, frames.length), 1),
  again: (frames, random) => frames.toSpliced(below(random, frames.length + 1), 0, oneOf(random, frames)),
  reordered(frames, random) {
    const [one, two] = [below(random, frames.length), below(random, frames.length)];
    return frames.with(one, frames[two]!).with(two, frames[one]!);
  },
  foreign: (frames, random, others) =>
    frames.toSpliced(below(random, frames.length + 1), below(random, 2), oneOf(random, others)),
  body_of_other(frames, random, others) {
    const index = below(random, frames.length);
    return replaced(frames, index, { header: frames[index]!.header, body: oneOf(random, others).body });
  },
  body_changed(frames, random, others) {
    const index = below(random, frames.length);
    const { header, body } = frames[index]!;
    if (body.length === 0) return replaced(frames, index, { header, body: new Uint8Array(64) });
    const change = oneOf(random, Object.values(byteChanges));
    return replaced(frames, index, { header, body: change(body, random, oneOf(random, others).header) });
  },
  header_changed(frames, random, others) {
    const index = below(random, frames.length);
    const { header, body } = frames[index]!;
    const change = oneOf(random, Object.values(byteChanges));
    return replaced(frames, index, { header: change(header, random, oneOf(random, others).header), body });
  },
  huge_metadata(frames, random) {
    const index = below(random, frames.length);
    const { header, body } = frames[index]!;
    const longer = new Uint8Array(header.length + oneOf(random, hugeBytes));
    longer.set(header);
    return replaced(frames, index, { header: longer, body });
  },
  bomb(frames, random) {
    const index = frames.length - 1;
    return replaced(frames, index, redirected(frames[index]!, random, oneOf(random, bombs)));
  },
};
