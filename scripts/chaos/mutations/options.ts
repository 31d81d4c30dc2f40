import type { Random } from '../../../src/base/random.ts';
import { below, oneOf, weighted } from './draw.ts';
import type { Seed } from './seeds.ts';

/** Options as both doors name them. */
export type Options = Readonly<Record<string, unknown>>;

/** Options that fit a seed. */
export function soundOptions({ columns }: Pick<Seed, 'columns'>, random: Random): Options {
  const rest = columns.filter((column) => column !== 'id' && random() < 0.5);
  return {
    classifiers: oneOf(random, [['topic'], ['topic', 'intent']]),
    id: columns.includes('id') && random() < 0.7 ? 'id' : '',
    passthrough: rest,
    job_id: oneOf(random, ['', 'mutated', 'mutated/2', 'mutated:3']),
  };
}

const many = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`);

const hostile: Readonly<Record<string, readonly unknown[]>> = {
  classifiers: [
    [],
    ['nobody'],
    ['topic', 'topic'],
    ['__proto__'],
    ['constructor'],
    ['t\0'],
    ['x'.repeat(1 << 20)],
    many(20_000),
  ],
  conversation: ['id', 'nobody', '__proto__', 'x'.repeat(100_000)],
  id: ['nobody', 'topic', 'conversation', 'messages', '__proto__'],
  passthrough: [['nobody'], ['id', 'id'], ['topic'], ['conversation'], [''], many(20_000)],
  model: ['nobody', '__proto__', 'x'.repeat(100_000)],
  job_id: [' ', 'ä', 'x'.repeat(129), '../../etc', '\n', 'y'.repeat(128)],
  max_cost: [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e-300, 1e308],
  max_tokens: ['-1', '9223372036854775807', '1'],
  refresh: [true],
  combine: [true],
};

/** The options with one of them made absurd. */
export function hostileOptions(options: Options, random: Random): Options {
  const key = weighted(random, Object.fromEntries(Object.keys(hostile).map((name) => [name, 1])));
  return { ...options, [key]: hostile[key]![below(random, hostile[key]!.length)] };
}
