import { type Random, seededRandom } from '../../../src/base/random.ts';
import type { Corrupted, Fault, Reply, TextFault } from './fault.ts';
import type { LabelSet } from './sets.ts';
import { shape } from './shape.ts';
import { silent } from './silent.ts';
import { syntax } from './syntax.ts';
import { wording } from './wording.ts';
import { wrapped } from './wrapped.ts';

/** Faults of a reply's text, whatever it holds. */
export const textFaults: readonly TextFault[] = [...wrapped, ...syntax, ...silent];
/** Faults of one answer. */
export const answerFaults: readonly Fault[] = [...shape, ...wording];

function ofAnswer({ name, spoil }: TextFault): Fault {
  return {
    name,
    spoil({ outputs, other }, random) {
      const indent = random() < 0.3 ? 2 : 0;
      return spoil(JSON.stringify(outputs, null, indent), JSON.stringify(other, null, indent), random);
    },
  };
}

export const faults: readonly Fault[] = [...textFaults.map(ofAnswer), ...answerFaults];

/** Two different right answers of a set. */
export function replyOf(set: LabelSet, random: Random): Reply {
  const outputs = set.answer(random);
  for (;;) {
    const other = set.answer(random);
    if (JSON.stringify(other) !== JSON.stringify(outputs)) return { set, outputs, other };
  }
}

/** Spoils a right reply, the same way for the same seed. Null where the fault does not apply to the set. */
export function corrupt(reply: Reply, fault: Fault, seed: number): Corrupted | null {
  return fault.spoil(reply, seededRandom(seed));
}
