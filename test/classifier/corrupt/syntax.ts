import { pick, type TextFault } from './fault.ts';

/** Where a string of JSON begins and ends. */
const quotes = /(?<!\\)"/g;

/** JSON that is not quite JSON. */
export const syntax: readonly TextFault[] = [
  {
    name: 'trailing_comma',
    spoil: (json) => ({ text: json.replace(/\s*\}$/, ',}'), expected: { repair: 'trailing_comma' } }),
  },
  {
    name: 'comments',
    spoil: (json, otherJson, random) => ({
      text: json.replace(
        '{',
        pick(['{ // the answer\n', '{ /* the answer */ ', `{ /* not ${otherJson} */`], random),
      ),
      expected: { repair: 'comments' },
    }),
  },
  {
    name: 'single_quotes',
    spoil: (json) =>
      json.includes('\\') || json.includes("'")
        ? null
        : { text: json.replaceAll('"', "'"), expected: { repair: 'single_quotes' } },
  },
  {
    name: 'smart_quotes',
    spoil(json, _, random) {
      const [open, close] = pick(['“”', '„“', '«»', '””'], random);
      let inside = false;
      const text = json.replace(quotes, () => {
        inside = !inside;
        return (inside ? open : close)!;
      });
      return { text, expected: { repair: 'smart_quotes' } };
    },
  },
  {
    name: 'bare_keys',
    spoil: (json) => ({
      text: json.replace(/"(\w+)"(\s*:)/g, '$1$2'),
      expected: { repair: 'bare_keys' },
    }),
  },
  {
    name: 'doubled_key',
    spoil(json) {
      const [key, value] = Object.entries(JSON.parse(json))[0]!;
      const twice = `{${JSON.stringify(key)}: ${JSON.stringify(value)},`;
      return { text: json.replace('{', twice), expected: { repair: 'doubled_key' } };
    },
  },
  {
    name: 'doubled_key_of_two_minds',
    spoil(json, otherJson, random) {
      const other = Object.entries(JSON.parse(otherJson)).find(
        ([key, value]) => JSON.stringify(value) !== JSON.stringify(JSON.parse(json)[key]),
      );
      if (other === undefined) return null;
      const [key, value] = other;
      const written = pick(
        [JSON.stringify(key), `"\\u${key.charCodeAt(0).toString(16).padStart(4, '0')}${key.slice(1)}"`],
        random,
      );
      return {
        text: json.replace('{', `{${written}:${JSON.stringify(value)},`),
        expected: { code: 'unreadable' },
      };
    },
  },
  {
    name: 'truncated',
    spoil: (json, _, random) => ({
      text: json.trimEnd().slice(0, 2 + Math.floor(random() * (json.trimEnd().length - 2))),
      expected: { code: 'truncated_reply' },
    }),
  },
  {
    name: 'truncated_in_fences',
    spoil: (json) => ({
      text: `\`\`\`json\n${json.slice(0, json.length / 2)}`,
      expected: { code: 'truncated_reply' },
    }),
  },
  {
    name: 'no_colon',
    spoil: (json) => ({
      text: json.replaceAll(/"(\s*):/g, '" '),
      expected: { code: 'unreadable' },
    }),
  },
];
