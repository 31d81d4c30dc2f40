import type { Classifier, PromptMessage } from '../../classifier/classifier.ts';
import { canCombine } from '../../classifier/combine.ts';
import type { Price } from '../../llm/price.ts';
import type { Question } from '../../pipeline/batch.ts';
import { plan } from '../../pipeline/plan.ts';
import { promptBook } from '../../pipeline/prompt.ts';
import { countTokens } from '../../text/tokens.ts';
import type { PreparedBatch } from '../../workers/tasks.ts';
import { bytesAt, textAt } from '../../workers/texts.ts';
import { PromptTally, sumOf, type Tally } from './promptTally.ts';

/**
 * Texts that are counted, taken by chance from all; the others by their bytes. Tokens per byte of texts in all scripts
 * differ by half of their mean, so that of so many is known to 1 %, and 3 KB are counted in 0.2 ms.
 */
const countedTexts = 2_000;

/** What is asked, and of whom. */
export interface Asking {
  readonly classifiers: readonly Classifier[];
  /** Logical model per classifier. */
  readonly models: readonly string[];
  readonly price: (model: string) => Price | null;
}

/** Tells which of these keys are answered already. */
export type FindStored = (keys: readonly string[]) => Promise<ReadonlySet<string>>;

/** Adds up prepared batches as they would be asked, alone and combined where they may be: with a store each question once. */
export class Tallies {
  rows = 0;
  skipped = 0;
  /** Questions that an earlier row asks, too. */
  repeated = 0;
  /** Questions that are answered already. */
  stored = 0;
  readonly #asking: Asking;
  readonly #share: number;
  readonly #findStored: FindStored | null;
  readonly #promptFor = promptBook();
  readonly #alone = new Map<string, PromptTally>();
  readonly #combined = new Map<string, PromptTally>();
  readonly #seen = new Set<string>();
  /** By identity: parts of a prompt that are the same in each call. */
  readonly #constants = new WeakMap<PromptMessage, number>();
  /** Of the row at hand: most classifiers send its text in the same words. */
  readonly #texts = new Map<string, number>();

  /**
   * @param rows how many will be added in all
   * @param findStored null: answers are neither looked up nor kept
   */
  constructor(asking: Asking, rows: number, findStored: FindStored | null) {
    this.#asking = asking;
    this.#share = countedTexts / Math.max(rows, 1);
    this.#findStored = findStored;
    for (const [index, classifier] of asking.classifiers.entries())
      this.#tallyOf(this.#alone, [classifier], asking.models[index]!);
  }

  /** One for each classifier, asked alone. */
  get alone(): readonly Tally[] {
    return [...this.#alone.values()].map(({ tally }) => tally);
  }

  /** All classifiers, those together that may be. */
  get combined(): Tally {
    return sumOf(
      'with --combine',
      [...this.#combined.values()].map(({ tally }) => tally),
    );
  }

  /** @param prepared with its texts */
  async add(prepared: PreparedBatch): Promise<void> {
    const { classifiers, models } = this.#asking;
    const { texts } = prepared.asked!;
    const keys = prepared.keys.flat().filter((key) => key !== '');
    const stored = (await this.#findStored?.(keys)) ?? new Set();
    this.rows += prepared.rows;
    for (let row = 0; row < prepared.rows; row++) {
      if (prepared.skipped[row] !== null) {
        this.skipped += 1;
        continue;
      }
      const fresh = this.#freshQuestions(prepared, row, stored);
      const isCounted = this.#isCounted(prepared.keys[0]![row]!);
      this.#texts.clear();
      for (const [tallies, combinable] of [
        [this.#alone, null],
        [this.#combined, canCombine],
      ] as const)
        for (const { questions, model } of plan(fresh, { classifiers, models, combinable })) {
          const together = questions.map(({ classifier }) => classifiers[classifier]!);
          const { text } = questions[0]!;
          this.#tallyOf(tallies, together, model).add(
            bytesAt(texts, text),
            isCounted ? textAt(texts, text) : null,
          );
        }
    }
  }

  #freshQuestions({ keys, asked }: PreparedBatch, row: number, stored: ReadonlySet<string>): Question[] {
    return keys.flatMap((column, classifier) => {
      const key = column[row]!;
      const isRepeated = this.#seen.has(key);
      this.#seen.add(key);
      if (stored.has(key)) this.stored += 1;
      else if (isRepeated) this.repeated += 1;
      const isAnswered = this.#findStored !== null && (isRepeated || stored.has(key));
      return isAnswered ? [] : [{ row, classifier, key, text: asked!.textOf[classifier]![row]! }];
    });
  }

  /** By the key, which is a hash: each text has the same chance, and the same fate each time. */
  #isCounted(key: string): boolean {
    return this.#share >= 1 || Number.parseInt(key.slice(0, 8), 16) < this.#share * 2 ** 32;
  }

  #tallyOf(
    tallies: Map<string, PromptTally>,
    classifiers: readonly Classifier[],
    model: string,
  ): PromptTally {
    const name = classifiers.map((classifier) => classifier.name).join(' ');
    const known = tallies.get(name);
    if (known !== undefined) return known;
    const made = new PromptTally(this.#promptFor(classifiers), this.#asking.price(model), (message) =>
      this.#tokensOf(message),
    );
    tallies.set(name, made);
    return made;
  }

  #tokensOf(message: PromptMessage): number {
    const { content } = message;
    const tokens = this.#constants.get(message) ?? this.#texts.get(content) ?? countTokens(content);
    if (Object.isFrozen(message)) this.#constants.set(message, tokens);
    else this.#texts.set(content, tokens);
    return tokens;
  }
}
