import type { Log } from '../../base/log.ts';
import { type EndpointConfig, type StructuredMode, structuredModes } from '../config.ts';
import type { Target } from '../http/send.ts';

/** How an endpoint is addressed: the key it takes now, and the response_format it has not refused yet. */
export class Access {
  readonly #model: string;
  readonly #config: EndpointConfig;
  readonly #log: Log;
  #structured: StructuredMode;
  #apiKey: string | undefined;

  constructor(model: string, config: EndpointConfig, log: Log) {
    this.#model = model;
    this.#config = config;
    this.#log = log;
    this.#structured = config.structured === 'auto' ? structuredModes[0] : config.structured;
  }

  /** Where and how to send now. Throws what reading the key throws. */
  target(): Target {
    this.#apiKey ??= this.#config.apiKey();
    return { config: this.#config, apiKey: this.#apiKey, structured: this.#structured };
  }

  /** The key may be at fault: it is read anew for the next target. */
  forgetKey(): void {
    this.#apiKey = undefined;
  }

  /** Reads the key again; true when it changed, so that a 401 may have been about the old one. */
  rereadKey(refused: string): boolean {
    this.forgetKey();
    try {
      return this.target().apiKey !== refused;
    } catch {
      return false;
    }
  }

  /** Gives up the mode that was refused; true when there is a simpler one to use from now on. */
  simplify(refused: StructuredMode): boolean {
    if (this.#config.structured !== 'auto') return false;
    if (refused !== this.#structured) return true;
    const next = structuredModes[structuredModes.indexOf(refused) + 1];
    if (next === undefined) return false;
    this.#structured = next;
    this.#log.warn('Endpoint refuses a response_format; using a simpler one from now on', {
      model: this.#model,
      endpoint: this.#config.name,
      refused,
      now: next,
    });
    return true;
  }
}
