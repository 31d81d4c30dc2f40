import type { JsonSchema } from '../schema.ts';
import type { Judge } from './fill.ts';
import type { Instruction } from './instruction.ts';
import { countShared, wordsOf } from './words.ts';

/** Words that must be shared before a rating leaves its lowest value or a flag is set. */
const enough = 2;

/** Labels for what fits no other. */
const other = /^(?:other|none|unknown|unclear|n\/?a)$/i;

/**
 * Judges by shared words: the label whose name and definition share most distinct words with the text; the first of equals.
 * Where none shares any: the label that says "other", else the first.
 */
export function lexicalJudge(text: string, instruction: Instruction): Judge {
  const words = wordsOf(text);
  const shareOf = (path: string, schema: JsonSchema) => {
    const name = path.split('.').at(-1)!;
    const wanted = instruction.wordsFor(name, schema.description);
    const shared = countShared(wanted, words);
    return shared < enough ? 0 : shared / wanted.size;
  };
  return {
    pick(values) {
      let best = values.find((value) => other.test(String(value))) ?? values[0];
      let most = 0;
      for (const value of values) {
        const shared = countShared(instruction.wordsFor(String(value)), words);
        if (shared > most) [best, most] = [value, shared];
      }
      return best;
    },
    number(min, max, whole, path, schema) {
      const lowest = Math.min(max, Math.max(min, 0));
      const value = lowest + (max - lowest) * shareOf(path, schema);
      return whole ? Math.round(value) : value;
    },
    yes: (path, schema) => shareOf(path, schema) > 0,
    text: () => text.trim().split(/\s+/, 6).join(' ').slice(0, 80),
  };
}
