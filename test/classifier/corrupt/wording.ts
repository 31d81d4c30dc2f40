import type { Random } from '../../../src/base/random.ts';
import { type Expected, type Fault, pick, type Reply } from './fault.ts';
import type { Wordings } from './sets.ts';

/** The reply with its label written otherwise. */
function written({ set, outputs }: Reply, text: unknown, expected: Expected) {
  return { text: JSON.stringify({ ...outputs, [set.output!]: text }), expected };
}

/** A rewriting of any label, understood by one repair; null where the label has no such other spelling. */
function rewriting(name: string, repair: string, rewrite: (label: string, random: Random) => string): Fault {
  return {
    name,
    spoil(reply, random) {
      if (reply.set.output === null) return null;
      const label = String(reply.outputs[reply.set.output]);
      const text = rewrite(label, random);
      return text === label ? null : written(reply, text, { repair });
    },
  };
}

/** A wording of the set that means one label. */
function meaning(
  name: string,
  wordings: 'plural' | 'inflection' | 'alias' | 'nearMiss',
  repair: string,
): Fault {
  return {
    name,
    spoil(reply, random) {
      const pairs = reply.set.wordings[wordings];
      if (pairs === undefined) return null;
      const [text, label] = pick(pairs, random);
      const outputs = { ...reply.outputs, [reply.set.output!]: label };
      return { ...written(reply, text, { repair }), outputs };
    },
  };
}

/** A wording of the set that means no label for sure. */
function meaningless(
  name: string,
  wordings: keyof Wordings & ('ambiguous' | 'translated' | 'invented'),
): Fault {
  return {
    name,
    spoil(reply, random) {
      const texts = reply.set.wordings[wordings];
      return texts === undefined ? null : written(reply, pick(texts, random), { code: 'not_in_label_set' });
    },
  };
}

/** Labels in other words. */
export const wording: readonly Fault[] = [
  rewriting('upper_case', 'wrong_case', (label) => label.toUpperCase()),
  rewriting('lower_case', 'wrong_case', (label) => label.toLowerCase()),
  rewriting('padded', 'wrong_case', (label) => ` ${label}\n`),
  rewriting('punctuated', 'punctuation', (label, random) =>
    pick([`**${label}**`, `"${label}"`, `${label}.`, `- ${label}`, `(${label})`], random),
  ),
  rewriting('hyphens', 'punctuation', (label, random) =>
    label.replaceAll(' ', pick(['-', '_', '  '], random)),
  ),
  meaning('plural', 'plural', 'inflection'),
  meaning('inflection', 'inflection', 'inflection'),
  meaning('alias', 'alias', 'alias'),
  meaning('near_miss', 'nearMiss', 'near_miss'),
  meaningless('ambiguous', 'ambiguous'),
  meaningless('translated', 'translated'),
  meaningless('invented', 'invented'),
  {
    name: 'wrong_index',
    spoil(reply, random) {
      if (reply.set.output === null) return null;
      return written(reply, pick([0, 2, -1, 99, 1.5], random), { code: 'schema_mismatch' });
    },
  },
  {
    name: 'bare_label',
    alone: true,
    spoil({ outputs, set }) {
      if (set.output === null) return null;
      const only = Object.keys(outputs).length === 1;
      const text = String(outputs[set.output]);
      if (/^\d+$/.test(text)) return null;
      return { text, expected: only ? { repair: 'bare_label' } : { code: 'unreadable' } };
    },
  },
];
