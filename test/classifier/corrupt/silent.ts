import { pick, type TextFault } from './fault.ts';

/** Replies without an answer. */
export const silent: readonly TextFault[] = [
  {
    name: 'empty',
    spoil: (_, __, random) => ({
      text: pick(['', ' ', '\n\n', '\uFEFF', '<think>Hm.</think>\n'], random),
      expected: { code: 'unreadable' },
    }),
  },
  {
    name: 'refusal',
    spoil: (_, __, random) => ({
      text: pick(
        [
          "I'm sorry, but I can't help with that.",
          'I cannot label this conversation.',
          'As an AI language model, I do not judge people.',
          'Lo siento, no puedo ayudar con eso.',
          '申し訳ありませんが、お手伝いできません。',
          '<think>They ask for harm.</think>\nI’m unable to help with this request.',
        ],
        random,
      ),
      expected: { code: 'model_refusal' },
    }),
  },
  {
    name: 'talk',
    spoil: (_, __, random) => ({
      text: pick(
        ['The conversation is about an egg.', 'null', '[]', '42', '<html>502</html>', '{name} of [1]', '}['],
        random,
      ),
      expected: { code: 'unreadable' },
    }),
  },
  {
    name: 'markdown_table',
    spoil(json) {
      const entries = Object.entries(JSON.parse(json));
      const row = (cells: readonly unknown[]) => `| ${cells.map(String).join(' | ')} |`;
      const lines = [
        entries.map(([key]) => key),
        entries.map(() => '---'),
        entries.map(([, value]) => value),
      ];
      return { text: lines.map(row).join('\n'), expected: { code: 'unreadable' } };
    },
  },
  {
    name: 'another_object',
    spoil: (_, __, random) => ({
      text: pick(['{}', '{"error":"overloaded"}', '{"name":"get_label","arguments":"{}"}'], random),
      expected: { code: 'schema_mismatch' },
    }),
  },
];
