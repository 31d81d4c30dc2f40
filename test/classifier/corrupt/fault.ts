import type { Random } from '../../../src/base/random.ts';
import type { Reading } from '../../../src/classifier/classifier.ts';
import type { LabelSet, Outputs } from './sets.ts';

/** What the reader must make of a corrupted reply: the right answer by this repair (null: none needed), or a code. */
export type Expected =
  | { readonly repair: string | null }
  | { readonly code: Extract<Reading, { ok: false }>['code'] };

/** A right answer, and a different one from the same set. */
export interface Reply {
  readonly set: LabelSet;
  readonly outputs: Outputs;
  readonly other: Outputs;
}

/** A spoiled reply. */
export interface Corrupted {
  readonly text: string;
  readonly expected: Expected;
  /** The right answer, where it is not that of the reply. */
  readonly outputs?: Outputs;
}

/** Spoils the text of a reply, whatever it holds. */
export interface TextFault {
  readonly name: string;
  spoil(json: string, otherJson: string, random: Random): Corrupted | null;
}

/** Spoils a reply in a way that depends on its set; null where the set has nothing to spoil that way. */
export interface Fault {
  readonly name: string;
  /** Spoils the JSON around it too, where several answers share a reply. */
  readonly alone?: boolean;
  spoil(reply: Reply, random: Random): Corrupted | null;
}

export function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)]!;
}
