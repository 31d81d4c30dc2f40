import { pick, type TextFault } from './fault.ts';

/** What models and servers put around an answer. */
export const wrapped: readonly TextFault[] = [
  { name: 'none', spoil: (json) => ({ text: json, expected: { repair: null } }) },
  {
    name: 'blanks',
    spoil: (json, _, random) => ({
      text: `${pick([' ', '\n', '\t\r\n'], random)}${json}${'\n'.repeat(random() * 40)}`,
      expected: { repair: null },
    }),
  },
  {
    name: 'fences',
    spoil: (json, _, random) => {
      const fence = pick(['```', '~~~'], random);
      const language = pick(['', 'json', 'JSON', 'json5'], random);
      return { text: `${fence}${language}\n${json}\n${fence}`, expected: { repair: 'fences' } };
    },
  },
  { name: 'open_fence', spoil: (json) => ({ text: `\`\`\`json\n${json}`, expected: { repair: 'prose' } }) },
  {
    name: 'prose',
    spoil: (json, _, random) => {
      const before = pick(['Here you are: ', 'In {name} of [1] I see:\n', '**Answer**\n', ''], random);
      const after = pick([' Anything else?', '\n\nThis is {my} view.', '\n(end)'], random);
      return { text: before + json + after, expected: { repair: 'prose' } };
    },
  },
  {
    name: 'long_prose',
    spoil: (json) => ({
      text: `${'I think, and think. '.repeat(1500)}${json}`,
      expected: { repair: 'prose' },
    }),
  },
  {
    name: 'two_equal_answers',
    spoil: (json) => ({ text: `${json}\nOnce more:\n${json}`, expected: { repair: 'prose' } }),
  },
  {
    name: 'two_answers',
    spoil: (json, otherJson, random) => ({
      text: json + pick([' or ', '\n', '', '\nNo, wait: '], random) + otherJson,
      expected: { code: 'unreadable' },
    }),
  },
  {
    name: 'byte_order_mark',
    spoil: (json) => ({ text: `\uFEFF${json}`, expected: { repair: 'byte_order_mark' } }),
  },
  {
    name: 'think_block',
    spoil: (json, otherJson, random) => {
      const thought = pick(['Hm.', `Is it ${otherJson}?`, `{ "half`, `'`], random);
      const mark = pick(['think', 'thinking', 'THINK', 'reasoning'], random);
      return { text: `<${mark}>${thought}</${mark}>\n${json}`, expected: { repair: 'think_block' } };
    },
  },
  {
    name: 'headless_think_block',
    spoil: (json, otherJson) => ({
      text: `They say ${otherJson}.\n</think>\n${json}`,
      expected: { repair: 'think_block' },
    }),
  },
  {
    name: 'endless_thought',
    spoil: (json, _, random) => ({
      text: `<think>They want ${pick(['a label.', json], random)}`,
      expected: { code: 'truncated_reply' },
    }),
  },
  {
    name: 'json_string',
    spoil: (json) => ({ text: JSON.stringify(json), expected: { repair: 'json_string' } }),
  },
];
