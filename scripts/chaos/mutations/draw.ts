import type { Random } from '../../../src/base/random.ts';

/** A whole number in [0, n). */
export const below = (random: Random, n: number): number => Math.floor(random() * n);

export const oneOf = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!;

/** A key, as often as its weight says. */
export function weighted<Key extends string>(random: Random, weights: Readonly<Record<Key, number>>): Key {
  const entries = Object.entries(weights) as [Key, number][];
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return entries[0]![0];
}
