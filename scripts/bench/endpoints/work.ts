import { loadCatalogue } from '../../../src/classifier/catalogue.ts';
import { countTokens } from '../../../src/text/tokens.ts';
import { type Case, rowsOf } from './cases.ts';

/** One conversation that carries the label it must get. */
export interface Row {
  /** The conversation as JSON text. */
  readonly conversation: string;
  /** The user message of the rendered prompt. */
  readonly user: string;
  readonly label: string;
}

/** The rows of one case as jobs, and what all requests have in common. */
export interface Work {
  readonly system: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly maxOutputTokens: number;
  /** What a row reserves of a token quota. */
  readonly tokensPerRow: number;
  readonly jobs: readonly (readonly Row[])[];
}

const classifier = loadCatalogue(['prompts'], { env: {} }).get('topic')!;
const labels = ['Health', 'Travel', 'Finance', 'Games', 'Sports', 'Science', 'Food'];

function row(seed: number, index: number): Row {
  const label = labels[index % labels.length]!;
  // Numbers of one width, so that all rows cost nearly the same tokens.
  const number = 100_000 + index;
  const content = `Question ${number} of set ${seed}: what would you do in my place? [[topic=${label}]]`;
  const conversation = JSON.stringify([{ role: 'user', content }]);
  const judged = JSON.stringify([{ i: 1, role: 'user', content }]);
  return { conversation, user: classifier.render(judged)[1]!.content, label };
}

/** The same rows for everybody: those of a case, by seed. */
export function workOf(situation: Case, seed: number): Work {
  const rows = Array.from({ length: rowsOf(situation) }, (_, index) => row(seed, index));
  const jobs: Row[][] = [];
  let taken = 0;
  for (const part of situation.jobs ?? [1]) {
    const size = Math.floor(part * rows.length);
    jobs.push(rows.slice(taken, taken + size));
    taken += size;
  }
  // What rounding left over.
  jobs[0]!.push(...rows.slice(taken));
  const system = classifier.render('')[0]!.content;
  const { maxOutputTokens } = classifier;
  // Two messages and a chat cost 9 tokens beside their texts.
  const promptTokens = countTokens(system) + countTokens(jobs[0]![0]!.user) + 9;
  return {
    system,
    schema: classifier.responseSchema as Record<string, unknown>,
    maxOutputTokens,
    tokensPerRow: promptTokens + maxOutputTokens,
    jobs,
  };
}

/** The body of a row's chat completion, as the loops send it. */
export function bodyOf(work: Pick<Work, 'system' | 'schema' | 'maxOutputTokens'>, user: string) {
  return {
    model: 'bench',
    messages: [
      { role: 'system' as const, content: work.system },
      { role: 'user' as const, content: user },
    ],
    max_completion_tokens: work.maxOutputTokens,
    temperature: 0,
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: 'topic', strict: true, schema: work.schema },
    },
  };
}
