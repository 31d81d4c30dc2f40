import { inspect } from 'node:util';

/** A value that is read when it is used and shows itself to nobody: not to logs, JSON or inspection. */
export class Secret {
  readonly #read: () => string;

  constructor(read: () => string) {
    this.#read = read;
  }

  /** The value now; a `${file:}` is read again each time, so that keys can be renewed under a running server. */
  read(): string {
    return this.#read();
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
