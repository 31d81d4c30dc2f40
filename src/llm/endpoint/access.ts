import type { Log } from '../../base/log.ts';
import { type EndpointConfig, type StructuredMode, structuredModes } from '../config.ts';
import type { Target } from '../http/send.ts';

/** How an endpoint is addressed: the key it takes now, and the kinds of response_format it has not refused yet. */
export class Access {
  readonly #model: string;
  readonly #config: EndpointConfig;
  readonly #log: Log;
  /** Modes given up, counted from the richest: for all requests, and for a schema of this name. */
  #givenUp: number;
  readonly #givenUpFor = new Map<string, number>();
  /** Modes in which a request with a schema of this name was answered: a refusal has another reason. */
  readonly #answered = new Map<string, Set<StructuredMode>>();
  #apiKey: string | undefined;

  constructor(model: string, config: EndpointConfig, log: Log) {
    this.#model = model;
    this.#config = config;
    this.#log = log;
    this.#givenUp = config.structured === 'auto' ? 0 : structuredModes.indexOf(config.structured);
  }

  /** Where and how to send a request with a schema of this name now. Throws what reading the key throws. */
  target(schema: string): Target {
    const structured = structuredModes[this.#givenUpBy(schema)]!;
    return { config: this.#config, apiKey: this.#key(), structured };
  }

  #key(): string {
    this.#apiKey ??= this.#config.apiKey();
    return this.#apiKey;
  }

  #givenUpBy(schema: string): number {
    return Math.max(this.#givenUp, this.#givenUpFor.get(schema) ?? 0);
  }

  /** The key may be at fault: it is read anew for the next target. */
  forgetKey(): void {
    this.#apiKey = undefined;
  }

  /** Reads the key again; true when it changed, so that a 401 may have been about the old one. */
  rereadKey(refused: string): boolean {
    this.forgetKey();
    try {
      return this.#key() !== refused;
    } catch {
      return false;
    }
  }

  /** A request with a schema of this name was answered in this mode. */
  answered(mode: StructuredMode, schema: string): void {
    const modes = this.#answered.get(schema) ?? new Set();
    this.#answered.set(schema, modes.add(mode));
  }

  /**
   * Tries a simpler mode for a schema that was refused without a word why and never answered in this one. True when there
   * is one to try; where plain text is refused too it was not the mode, and the richest is asked for again.
   */
  suspect(refused: StructuredMode, schema: string): boolean {
    if (this.#answered.get(schema)?.has(refused)) return false;
    if (this.simplify(refused, schema, true)) return true;
    this.#givenUpFor.delete(schema);
    return false;
  }

  /**
   * Gives up the mode that was refused: for all requests, or only for those with the schema it was refused for. True
   * when there is a simpler one to use from now on.
   */
  simplify(refused: StructuredMode, schema: string, onlyForSchema: boolean): boolean {
    const givenUp = structuredModes.indexOf(refused) + 1;
    const now = structuredModes[givenUp];
    if (this.#config.structured !== 'auto' || now === undefined) return false;
    // Another request may have been refused before.
    if (this.#givenUpBy(schema) >= givenUp) return true;
    if (onlyForSchema) this.#givenUpFor.set(schema, givenUp);
    else this.#givenUp = givenUp;
    const what = onlyForSchema ? `the schema of ${schema}` : 'a response_format';
    this.#log.warn(`Endpoint refuses ${what}; using a simpler response_format from now on`, {
      model: this.#model,
      endpoint: this.#config.name,
      refused,
      now,
    });
    return true;
  }
}
