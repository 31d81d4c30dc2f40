import type { Classifier } from '../../src/classifier/classifier.ts';
import { loadClassifier } from '../../src/classifier/load.ts';

/** A prompt file's text from its front matter and body. */
export function promptText(front: string, body = 'user:\n{{ conversation }}\n'): string {
  return `---\n${front.trim()}\n---\n${body}`;
}

export function load(source: string, env: Record<string, string> = {}): Classifier {
  return loadClassifier({ source, name: 'test', dir: '.' }, { env });
}

/** Topics with aliases, one output. */
export const topic = promptText(
  `
name: topic
outputs:
  - name: label
    kind: string
    enumValues: [Food, Health, Software Development, Travel, Other]
metadata:
  semtel:
    labels:
      label:
        Food: { definition: Cooking and eating., examples: [How do I poach an egg?], aliases: [cooking, recipes] }
        Health: { definition: Body and mind. }
        Software Development: { definition: Writing programs., aliases: [coding] }
        Travel: { definition: Trips., counterexamples: [Who built the Alhambra?] }
        Other: { definition: Anything else. }
`,
  `system:
Choose a topic.
{% for label in labels.label -%}
- {{ label.name }}: {{ label.definition }}
{% endfor %}
user:
Judge this:
{{ conversation }}
`,
);

/** Every kind of output, and both rules of derivation. */
export const mixed = promptText(`
name: mixed
outputs:
  - { name: level, kind: string, enumValues: [Novice, Intermediate, Expert] }
  - { name: sat_thanks, kind: integer, minimum: 0, maximum: 10 }
  - { name: sat_praise, kind: integer, minimum: 0, maximum: 10 }
  - { name: dsat_anger, kind: integer, minimum: 0, maximum: 10 }
  - { name: share, kind: float, minimum: 0, maximum: 1 }
  - { name: solved, kind: boolean }
  - { name: tags, kind: array, items: { kind: string, enumValues: [short, long] } }
  - { name: place, kind: object, properties: { country: { kind: string }, code: { kind: integer } } }
metadata:
  semtel:
    derive:
      - { name: score, kind: integer, sum: ["sat_*"], minus: ["dsat_*"] }
      - { name: skilled, kind: boolean, from: level, map: { Novice: false, Intermediate: false, Expert: true } }
`);

export const mixedReply = {
  level: 'Expert',
  sat_thanks: 7,
  sat_praise: 2,
  dsat_anger: 1,
  share: 0.5,
  solved: true,
  tags: ['short', 'long'],
  place: { country: 'Peru', code: 51 },
};
