import type { Classifier } from '../../classifier/classifier.ts';
import { promptFor } from '../../pipeline/prompt.ts';
import { countTokens } from '../../text/tokens.ts';
import type { PreparedBatch } from '../../workers/tasks.ts';

/** Calls and tokens that a way of asking will take; `completionTokens` is the most that may come. */
export interface Tally {
  readonly name: string;
  calls: number;
  promptTokens: number;
  completionTokens: number;
}

/** OpenAI cookbook, "How to count tokens with tiktoken": three for each message and three for the reply. */
const tokensPerMessage = 3;
/** Texts whose tokens are counted; the others are taken to be like them. */
const countedTexts = 200;
/** Of a counted text: its start tells its kind. */
const countedChars = 4_000;

/** Adds up prepared batches: each different question once, alone and with all classifiers in one request. */
export class Tallies {
  readonly alone: readonly Tally[];
  readonly combined: Tally;
  rows = 0;
  skipped = 0;
  readonly #classifiers: readonly Classifier[];
  readonly #fixedTokens: readonly number[];
  readonly #combinedFixed: { readonly prompt: number; readonly completion: number };
  readonly #seen = new Set<string>();
  #counted = { texts: 0, bytes: 0, tokens: 0 };

  constructor(classifiers: readonly Classifier[]) {
    this.#classifiers = classifiers;
    this.alone = classifiers.map(({ name }) => newTally(name));
    this.combined = newTally('all in one request (--combine)');
    this.#fixedTokens = classifiers.map((classifier) => tokensOf(promptFor([classifier])));
    const together = promptFor(classifiers);
    this.#combinedFixed = { prompt: tokensOf(together), completion: together.maxOutputTokens };
  }

  add({ rows, skipped, texts, textBytes, textOf, keys }: PreparedBatch): void {
    this.#learn(texts);
    this.rows += rows;
    for (let row = 0; row < rows; row++) {
      if (skipped[row] !== null) {
        this.skipped++;
        continue;
      }
      let longest = 0;
      for (const [index, tally] of this.alone.entries()) {
        const key = keys[index]![row]!;
        if (this.#seen.has(key)) continue;
        this.#seen.add(key);
        const text = this.#tokens(textBytes[textOf[index]![row]!]!);
        longest = Math.max(longest, text);
        tally.calls++;
        tally.promptTokens += this.#fixedTokens[index]! + text;
        tally.completionTokens += this.#classifiers[index]!.maxOutputTokens;
      }
      if (longest === 0) continue;
      this.combined.calls++;
      this.combined.promptTokens += this.#combinedFixed.prompt + longest;
      this.combined.completionTokens += this.#combinedFixed.completion;
    }
  }

  #learn(texts: readonly string[]): void {
    for (const text of texts.slice(0, countedTexts - this.#counted.texts)) {
      const start = text.slice(0, countedChars);
      this.#counted.texts++;
      this.#counted.bytes += Buffer.byteLength(start);
      this.#counted.tokens += countTokens(start);
    }
  }

  #tokens(bytes: number): number {
    return Math.round((bytes * this.#counted.tokens) / this.#counted.bytes);
  }
}

function newTally(name: string): Tally {
  return { name, calls: 0, promptTokens: 0, completionTokens: 0 };
}

/** Tokens of everything but the conversation. */
function tokensOf({ render }: ReturnType<typeof promptFor>): number {
  return render('').reduce(
    (sum, { content }) => sum + countTokens(content) + tokensPerMessage,
    tokensPerMessage,
  );
}
