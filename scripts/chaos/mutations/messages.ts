import type { Random } from '../../../src/base/random.ts';
import { byteChanges } from './bytes.ts';
import { below, oneOf } from './draw.ts';

/** The messages of a call, and what was done to them, for words. */
export type Made = readonly [messages: readonly Uint8Array[], what: string];

/** Bytes changed in one of the ways that need no meaning. */
export function changeBytes(
  bytes: Uint8Array,
  random: Random,
  other: Uint8Array,
): readonly [Uint8Array, string] {
  const name = oneOf(random, Object.keys(byteChanges));
  return [bytes.length === 0 ? bytes : byteChanges[name]!(bytes, random, other), name];
}

/** Fields that nobody knows, in groups without end: reading them must neither recurse nor take long. */
const nestedGroups = Buffer.alloc(50_000, (15 << 3) | 3);

/** One of the messages changed. */
export function changeMessage(messages: readonly Uint8Array[], random: Random): Made {
  if (messages.length === 0) return [messages, 'no message'];
  const index = below(random, messages.length);
  if (random() < 0.1)
    return [messages.with(index, Buffer.concat([messages[index]!, nestedGroups])), 'groups'];
  const [bytes, name] = changeBytes(messages[index]!, random, oneOf(random, messages));
  return [messages.with(index, bytes), name];
}

/** Messages left out, sent again, in another order, or empty. */
export function changeOrder(messages: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
  const index = below(random, messages.length);
  const to = below(random, messages.length + 1);
  return oneOf(random, [
    () => messages.toSpliced(index, 1),
    () => messages.toSpliced(to, 0, messages[index]!),
    () => messages.toReversed(),
    () => messages.toSpliced(to, 0, new Uint8Array(0)),
  ])();
}
