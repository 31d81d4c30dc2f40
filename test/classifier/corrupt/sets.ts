import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../src/base/random.ts';
import type { Classifier } from '../../../src/classifier/classifier.ts';
import { load, mixed, mixedReply, promptText } from '../prompts.ts';
import { pick } from './fault.ts';

/** The declared outputs of an answer. */
export type Outputs = Readonly<Record<string, unknown>>;

type Pairs = readonly (readonly [written: string, label: string])[];

/** Ways to write a label that must be understood, each by its own repair, and texts that mean no label for sure. */
export interface Wordings {
  readonly plural?: Pairs;
  readonly inflection?: Pairs;
  readonly alias?: Pairs;
  readonly nearMiss?: Pairs;
  readonly ambiguous?: readonly string[];
  readonly translated?: readonly string[];
  readonly invented?: readonly string[];
}

/** A classifier whose right answers are known. */
export interface LabelSet {
  readonly classifier: Classifier;
  /** The output that holds the label; null where the answer is numbers. */
  readonly output: string | null;
  readonly labels: readonly string[];
  readonly wordings: Wordings;
  answer(random: Random): Outputs;
}

/** A classifier all of whose outputs are labels; the first is the one spoiled. */
function labelSet(classifier: Classifier, wordings: Wordings = {}): LabelSet {
  const all = Object.entries(classifier.labels).filter(([, labels]) => labels.length > 0);
  const [output, labels] = all[0]!;
  return {
    classifier,
    output,
    labels: labels.map(({ name }) => name),
    wordings,
    answer: (random) => Object.fromEntries(all.map(([name, choices]) => [name, pick(choices, random).name])),
  };
}

const shipped = (name: string) =>
  load(readFileSync(join(import.meta.dirname, '../../../prompts', `${name}.prompty`), 'utf8'));

const own = (name: string, labels: string, definitions = '') =>
  load(
    promptText(
      `name: ${name}\noutputs: [{ name: label, kind: string, enumValues: [${labels}] }]\n${definitions}`,
    ),
  );

const satisfaction = shipped('satisfaction');
const items = satisfaction.outputs.filter(({ name }) => /^d?sat_/.test(name));
const mixture = load(mixed);

/** One set of each kind: many labels, ordered ones, numbers, labels within labels, other scripts, words of logic. */
export const sets: readonly LabelSet[] = [
  labelSet(shipped('topic'), {
    plural: [
      ['Foods', 'Food'],
      ['Sciences', 'Science'],
      ['Game', 'Games'],
      ['Studies', 'Education'],
      ['Relationship', 'Relationships'],
    ],
    inflection: [
      ['Traveling', 'Travel'],
      ['Write', 'Writing'],
      ['Shopped', 'Shopping'],
    ],
    alias: [
      ['programming', 'Software Development'],
      ['IT support', 'Technology Support'],
      ['arts and entertainment', 'Entertainment'],
    ],
    nearMiss: [
      ['Sofware Developement', 'Software Development'],
      ['Helth', 'Health'],
      ['Entertainmnet', 'Entertainment'],
    ],
    ambiguous: ['Food or Health', 'Travel, Food', 'Home and Business'],
    translated: ['Gesundheit', 'Voyage', '健康', 'Финансы'],
    invented: ['Astrology', 'care', 'Foot', 'not Health', 'Sport Science', 'label', '3'],
  }),
  labelSet(shipped('expertise'), {
    plural: [
      ['Experts', 'Expert'],
      ['Novices', 'Novice'],
    ],
    alias: [['layperson', 'Novice']],
    nearMiss: [
      ['Intermidiate', 'Intermediate'],
      ['Begginer', 'Beginner'],
    ],
    ambiguous: ['Novice to Beginner', 'Proficient/Expert'],
    translated: ['Anfänger', 'débutant', '専門家'],
    invented: ['Inexpert', 'Unproficient', 'Level 3'],
  }),
  labelSet(shipped('intent')),
  labelSet(shipped('complexity')),
  labelSet(shipped('knowledge_work')),
  {
    classifier: satisfaction,
    output: null,
    labels: [],
    wordings: {},
    answer: (random) => Object.fromEntries(items.map(({ name }) => [name, Math.floor(random() * 11)])),
  },
  {
    classifier: mixture,
    output: 'level',
    labels: ['Novice', 'Intermediate', 'Expert'],
    wordings: { plural: [['Experts', 'Expert']], invented: ['Guru'] },
    answer: (random) => ({
      ...mixedReply,
      level: pick(['Novice', 'Intermediate', 'Expert'], random),
      sat_thanks: Math.floor(random() * 11),
      solved: random() < 0.5,
      tags: random() < 0.5 ? [] : ['long'],
    }),
  },
  labelSet(
    own(
      'fields',
      'Science, Computer Science, Social Science, Painting, Paints, Art, Arts and Crafts',
      `metadata: { semtel: { labels: { label: {
        Science: { definition: s }, Computer Science: { definition: c, aliases: [Informatics] },
        Social Science: { definition: o }, Painting: { definition: p, aliases: [wall-colour] },
        Paints: { definition: q, aliases: [wall colour] }, Art: { definition: a }, Arts and Crafts: { definition: b } } } } }`,
    ),
    {
      plural: [
        ['Sciences', 'Science'],
        ['Computer Sciences', 'Computer Science'],
      ],
      alias: [['informatics', 'Computer Science']],
      nearMiss: [['Computr Science', 'Computer Science']],
      ambiguous: ['Painted', 'Paint', 'Wall Colour', 'Paintin', 'Science and Art'],
      translated: ['Wissenschaft', 'Informatik und Kunst'],
      invented: ['Computer', 'Rocket Science', 'Social'],
    },
  ),
  labelSet(own('scripts', 'Кулинария, Путешествия, Ταξίδι, 健康, 旅行, 健康管理'), {
    nearMiss: [['Кулинраия', 'Кулинария']],
    ambiguous: ['健康と旅行', 'Кулинария или Путешествия'],
    translated: ['Cooking', 'Travel', 'Здоровье'],
    invented: ['健', '旅', '\uD83D'],
  }),
  labelSet(own('logic', '"yes", "no", unclear'), {
    nearMiss: [['uncelar', 'unclear']],
    ambiguous: ['yes and no', 'yes/no'],
    translated: ['ja', 'oui', 'да'],
    invented: ['nope', 'y', 'clear', 'true'],
  }),
  labelSet(own('levels', 'Level 1, Level 2, Level 12, "5"'), {
    plural: [['Levels 2', 'Level 2']],
    nearMiss: [['Levle 2', 'Level 2']],
    ambiguous: ['Level', 'Level 1 or 2'],
    translated: ['Stufe 1', 'レベル2'],
    invented: ['Level 3', 'Level 21', 'Level 0', '12', '50'],
  }),
];
