import { hashText } from '../hash.ts';
import type { Judge } from './fill.ts';

/** Judges by a hash of the text and the output's name: the same text always gets the same answer. */
export function hashJudge(text: string, classifier: string): Judge {
  const textHash = hashText(text);
  const draw = (path: string) => hashText(`${classifier}.${path}`, textHash);
  return {
    pick: (values, path) => values[draw(path) % values.length],
    number(min, max, whole, path) {
      if (whole) return min + (draw(path) % (Math.floor(max - min) + 1));
      return min + ((max - min) * draw(path)) / 2 ** 32;
    },
    yes: (path) => draw(path) % 2 === 1,
    text: (path) => draw(path).toString(16).padStart(8, '0'),
  };
}
