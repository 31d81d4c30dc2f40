import type { Random } from '../../../src/base/random.ts';
import { classifierService } from '../../../src/server/proto.ts';
import { changedBatch } from './batch.ts';
import { below, oneOf } from './draw.ts';
import type { Made } from './messages.ts';
import { hostileOptions, soundOptions } from './options.ts';
import type { Seed } from './seeds.ts';
import type { Door, Level } from './weights.ts';

/** Rows that a client may say it sends. */
const declared = [-1, 0, 1, 3, 5, 10_001, 2 ** 31, 2 ** 53, '9223372036854775807', '-9223372036854775808'];

/** The messages of a call of the own proto: options, then one to three batches, one of them changed. */
export function ownMessages(door: Door, level: Level, seed: Seed, random: Random): Made {
  const sound = soundOptions(seed, random);
  const options = level === 'options' ? hostileOptions(sound, random) : sound;
  const [changed, what] = changedBatch(level, seed, random);
  const wrongCount = level === 'options' && random() < 0.5;
  const batch = { ipc: changed.ipc, row_count: wrongCount ? oneOf(random, declared) : changed.rows };
  if (door === 'Classify')
    return [[classifierService.Classify.requestSerialize({ options, batch } as never)], what];
  const others = Array.from({ length: below(random, 3) }, () => ({ ipc: seed.ipc, row_count: seed.rows }));
  const batches = others.toSpliced(below(random, others.length + 1), 0, batch as (typeof others)[0]);
  const messages = [{ options }, ...batches.map((each) => ({ batch: each }))];
  return [
    messages.map((message) => classifierService.ClassifyStream.requestSerialize(message as never)),
    what,
  ];
}
