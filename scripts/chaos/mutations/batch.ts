import { type Frame, readFrames, writeFrames } from '../../../src/base/ipcFrames.ts';
import type { Random } from '../../../src/base/random.ts';
import { built } from './built.ts';
import { below, oneOf, weighted } from './draw.ts';
import { frameChanges } from './frames.ts';
import { changeBytes } from './messages.ts';
import { type Seed, seeds } from './seeds.ts';
import { arrowWeights, type Level } from './weights.ts';

/** One batch on its way: its Arrow messages, and the bytes of the stream once they are no longer those. */
interface Draft {
  readonly frames: readonly Frame[];
  readonly ipc: Uint8Array;
  readonly rows: number;
}

const draftOf = ({ frames, ipc, rows }: Seed): Draft => ({ frames, ipc, rows });

/** Changes the Arrow messages of a batch once or twice. */
function changeArrow(draft: Draft, random: Random): readonly [Draft, string] {
  const names: string[] = [];
  let { frames } = draft;
  for (let count = 1 + below(random, 2); count > 0 && frames.length > 0; count--) {
    const name = weighted(random, arrowWeights);
    try {
      frames = frameChanges[name]!(frames, random, oneOf(random, seeds).frames);
      names.push(name);
    } catch (error) {
      // The first change left nothing that the second can read.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return [{ ...draft, frames, ipc: writeFrames(frames, random() < 0.95) }, names.join('+')];
}

/** A seed's batch, changed where `level` says so, and what was done. */
export function changedBatch(level: Level, seed: Seed, random: Random): readonly [Draft, string] {
  const draft = draftOf(seed);
  if (level === 'arrow') return changeArrow(draft, random);
  if (level === 'bytes') {
    const [ipc, name] = changeBytes(draft.ipc, random, oneOf(random, seeds).ipc);
    return [{ ...draft, ipc }, name];
  }
  if (level === 'built') {
    const name = oneOf(random, Object.keys(built));
    const { ipc, rowCount } = built[name]!();
    return [{ ipc, frames: [...readFrames(ipc)], rows: rowCount }, name];
  }
  return [draft, ''];
}
