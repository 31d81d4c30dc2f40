import { hash } from 'node:crypto';

/** How a request ended that its client may have to pay: answered 200, or the client went before the answer. */
export type Ending = 'answered' | 'aborted';

/**
 * Remembers how bodies ended, so that what is asked a second time is seen. Of each body only a hash is kept, some
 * 100 bytes, for ever: meant for runs of up to a few million requests.
 */
export class Repeats {
  readonly #endings = new Map<string, Ending>();

  /** Notes an ending; gives how the same body, byte for byte, ended the last time, undefined if it never did. */
  ended(body: string, ending: Ending): Ending | undefined {
    const key = hash('sha1', body, 'base64');
    const before = this.#endings.get(key);
    this.#endings.set(key, ending);
    return before;
  }
}
