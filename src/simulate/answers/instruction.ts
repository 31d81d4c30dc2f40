import { isObject } from '../chatRequest.ts';
import { LeastRecent } from '../leastRecent.ts';
import type { JsonSchema } from '../schema.ts';
import { jsonIn } from './json.ts';
import { wordsOf } from './words.ts';

/** What may stand between a name and its definition, in the ways that prompts print them. */
const beforeDefinition =
  /^["'`*_\])]*(?:\s*[:–—=|>(]|\s+-)\s*|^"\s*,\s*"definition"\s*:\s*"|^["'`*_]*\s*\n\s+/;
/** Where a definition ends within its line: what a label is *not* must not count for it. */
const afterDefinition = /\n|[}|]|\b(?:not|counterexamples?|never)["'`*]*\s*:/i;
/** Lines below a definition that belong to it. */
const examples = /^(?:[^\n]*\n)((?:[\s\-*•]*(?:yes|examples?|e\.g\.)\b[^\n]*(?:\n|$))+)/i;
const wordBefore = /[\p{L}\p{N}_]$/u;
/** What may stand before a name that opens its line. */
const markup = /^[\s#*>|•"'`\d.)-]*$/;
/** Classifiers asked together may define the same name. */
const definitionsRead = 3;
/** Longer than definitions with their examples are. */
const definitionCharacters = 2_000;

/** A list such as "one of: A, B, C" and a bullet such as "- A: what it means". */
const oneOf = /\bone of(?: the following)?(?: labels| categories| values)?\s*:?\s*([^\n.;]+)/i;
const bullet = /^\s*(?:[-*•]|\d+[.)])\s+["'`*]*([^"'`*:\n–—-]{1,60}?)["'`*]*\s*(?::|–|—|\s-\s)/gm;
const jsonKey = /\{\s*"([A-Za-z_]\w*)"\s*:/;

/** An author's instruction, read for the words that define each label. Constant over many requests, so kept. */
export class Instruction {
  readonly #text: string;
  readonly #words = new Map<string, ReadonlySet<string>>();
  #schema: JsonSchema | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The words of a label or output: of its name, its definition and examples here, and `description`. */
  wordsFor(name: string, description = ''): ReadonlySet<string> {
    const key = `${name}\n${description}`;
    let words = this.#words.get(key);
    if (words === undefined) {
      const spokenName = name.replaceAll(/[_-]/g, ' ').replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
      words = wordsOf([spokenName, description, ...this.#definitionsOf(name)].join('\n'));
      this.#words.set(key, words);
    }
    return words;
  }

  mentions(name: string): boolean {
    return name !== '' && this.#text.includes(name);
  }

  /**
   * The reply's shape where no schema came with the request: a JSON Schema printed in the instruction,
   * else one output with the labels that the instruction lists.
   */
  get schema(): JsonSchema {
    this.#schema ??= this.#printedSchema() ?? this.#listedLabels();
    return this.#schema;
  }

  /** Definitions of a name that open a line; else those within lines, as in a JSON list. */
  #definitionsOf(name: string): string[] {
    if (name === '') return [];
    const opening: string[] = [];
    const within: string[] = [];
    for (let at = this.#text.indexOf(name); at !== -1; at = this.#text.indexOf(name, at + name.length)) {
      const before = this.#text.slice(this.#text.lastIndexOf('\n', at - 1) + 1, at);
      if (wordBefore.test(before)) continue;
      const rest = this.#text.slice(at + name.length, at + name.length + definitionCharacters);
      const between = beforeDefinition.exec(rest);
      if (between === null) continue;
      const definition = rest.slice(between[0].length);
      const found = markup.test(before) ? opening : within;
      const shown = examples.exec(definition)?.[1] ?? '';
      found.push(`${definition.slice(0, afterDefinition.exec(definition)?.index)}\n${shown}`);
    }
    return (opening.length > 0 ? opening : within).slice(0, definitionsRead);
  }

  #printedSchema(): JsonSchema | undefined {
    for (const { value } of jsonIn(this.#text, /\{/g)) {
      if (isObject(value) && isObject(value.properties)) return value;
    }
    return undefined;
  }

  #listedLabels(): JsonSchema {
    const output = jsonKey.exec(this.#text)?.[1] ?? 'label';
    const listed = oneOf.exec(this.#text)?.[1]?.split(/\s*(?:,|\bor\b|\|)\s*/) ?? [];
    const bullets = [...this.#text.matchAll(bullet)].map((match) => match[1]!.trim());
    const labels = (listed.length > 1 ? listed : bullets)
      .map((label) => label.replaceAll(/^["'`*\s]+|["'`*\s]+$/g, ''))
      .filter((label) => label !== '');
    return {
      type: 'object',
      properties: { [output]: labels.length === 0 ? { type: 'string' } : { type: 'string', enum: labels } },
    };
  }
}

/** Prompts in use at the same time are few; their instruction is read once. */
const rememberedInstructions = 64;

/** The instructions seen lately. */
export class InstructionBook {
  readonly #seen = new LeastRecent<Instruction>(rememberedInstructions);

  read(text: string): Instruction {
    const seen = this.#seen.get(text);
    if (seen !== undefined) return seen;
    const instruction = new Instruction(text);
    this.#seen.set(text, instruction);
    return instruction;
  }
}
