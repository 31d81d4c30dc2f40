import { type Fault, pick } from './fault.ts';
import type { Outputs } from './sets.ts';

const print = (value: unknown) => JSON.stringify(value);
const nested = (value: unknown, depth: number): unknown =>
  depth === 0 ? value : { result: nested(value, depth - 1) };

/** The first output whose value is of this type. */
function first(outputs: Outputs, type: 'number' | 'boolean' | 'string'): string | undefined {
  return Object.keys(outputs).find((name) => typeof outputs[name] === type);
}

/** Right words in the wrong places. */
export const shape: readonly Fault[] = [
  {
    name: 'wrong_root',
    spoil: ({ outputs }, random) => ({
      text: print(pick([[outputs], [outputs, outputs], { answer: outputs }], random)),
      expected: { repair: 'wrong_root' },
    }),
  },
  {
    name: 'list_of_answers',
    spoil: ({ outputs, other }) => ({
      text: print([outputs, other]),
      expected: { code: 'schema_mismatch' },
    }),
  },
  {
    name: 'nested_too_deep',
    spoil: ({ outputs }, random) => ({
      text: print(nested(outputs, 2 + Math.floor(random() * 20))),
      expected: { code: 'schema_mismatch' },
    }),
  },
  {
    name: 'buried',
    alone: true,
    spoil: ({ outputs }, random) => ({
      text: print(nested(outputs, 40 + Math.floor(random() * 2000))),
      expected: { code: 'unreadable' },
    }),
  },
  {
    name: 'extra_item',
    spoil: ({ outputs }, random) => ({
      text: print(
        pick(
          [
            { ...outputs, reason: 'They say so.' },
            { confidence: 0.9, ...outputs },
            { ...outputs, i2: outputs },
          ],
          random,
        ),
      ),
      expected: { repair: 'extra_property' },
    }),
  },
  {
    name: 'missing_item',
    spoil({ outputs }, random) {
      const missing = pick(Object.keys(outputs), random);
      const { [missing]: _, ...rest } = outputs;
      return { text: print(rest), expected: { code: 'schema_mismatch' } };
    },
  },
  {
    name: 'property_name',
    spoil({ outputs }, random) {
      const name = pick(Object.keys(outputs), random);
      const written = pick(
        [name.toUpperCase(), ` ${name}:`, `${name[0]!.toUpperCase()}${name.slice(1)}`],
        random,
      );
      const entries = Object.entries(outputs).map(([key, value]) => [key === name ? written : key, value]);
      return { text: print(Object.fromEntries(entries)), expected: { repair: 'property_name' } };
    },
  },
  {
    name: 'two_spellings_of_a_name',
    spoil({ outputs, other }, random) {
      const name = pick(Object.keys(outputs), random);
      return {
        text: print({ ...outputs, [name.toUpperCase()]: other[name] }),
        expected: { code: 'schema_mismatch' },
      };
    },
  },
  {
    name: 'single_item',
    spoil({ outputs, set }) {
      const name = set.output ?? first(outputs, 'number')!;
      return { text: print({ ...outputs, [name]: [outputs[name]] }), expected: { repair: 'single_item' } };
    },
  },
  {
    name: 'several_items',
    spoil({ outputs, other, set }) {
      const name = set.output ?? first(outputs, 'number')!;
      return {
        text: print({ ...outputs, [name]: [outputs[name], other[name]] }),
        expected: { code: 'schema_mismatch' },
      };
    },
  },
  {
    name: 'number_string',
    spoil({ outputs }, random) {
      const name = first(outputs, 'number');
      if (name === undefined) return null;
      const written = pick([`${outputs[name]}`, ` ${outputs[name]} `, `+${outputs[name]}`], random);
      return { text: print({ ...outputs, [name]: written }), expected: { repair: 'number_string' } };
    },
  },
  {
    name: 'boolean_string',
    spoil({ outputs }, random) {
      const name = first(outputs, 'boolean');
      if (name === undefined) return null;
      const written = pick(
        outputs[name] === true ? ['true', 'Yes', 'TRUE'] : ['false', 'No', 'False'],
        random,
      );
      return { text: print({ ...outputs, [name]: written }), expected: { repair: 'boolean_string' } };
    },
  },
  {
    name: 'literals',
    alone: true,
    spoil({ outputs }) {
      const name = first(outputs, 'boolean');
      if (name === undefined) return null;
      return {
        text: print(outputs)
          .replace(/:true/g, ':True')
          .replace(/:false/g, ':False'),
        expected: { repair: 'literals' },
      };
    },
  },
  {
    name: 'no_number',
    alone: true,
    spoil({ outputs, set }, random) {
      const name = set.output ?? first(outputs, 'number')!;
      const word = pick(['NaN', 'null', 'None', 'undefined', 'Infinity', '-Infinity'], random);
      const text = print({ ...outputs, [name]: '?' }).replace('"?"', word);
      return { text, expected: { code: word === '-Infinity' ? 'unreadable' : 'schema_mismatch' } };
    },
  },
  {
    name: 'out_of_bounds',
    spoil({ outputs }, random) {
      const name = first(outputs, 'number');
      if (name === undefined) return null;
      const value = pick([11, -1, 2.5, 1e300, '7 of 10', true], random);
      return { text: print({ ...outputs, [name]: value }), expected: { code: 'schema_mismatch' } };
    },
  },
  {
    name: 'dangerous_names',
    spoil({ outputs }) {
      const text = print(outputs).replace('{', '{"__proto__":{"label":"x"},"constructor":null,');
      return { text, expected: { repair: 'extra_property' } };
    },
  },
];
