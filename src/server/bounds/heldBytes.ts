interface Holder {
  bytes: number;
  letGo(): void;
}

/** Bytes that the calls of a server hold in one respect; beyond `maxBytes` the call that holds most is made to let go. */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #holders = new Set<Holder>();
  #held = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A call that holds nothing yet: told of more bytes, or fewer. `letGo` must give up all that it holds. */
  open(letGo: () => void): { add(more: number): void; close(): void } {
    const holder: Holder = { bytes: 0, letGo };
    const add = (more: number) => {
      holder.bytes += more;
      this.#held += more;
      if (holder.bytes > 0) this.#holders.add(holder);
      else this.#holders.delete(holder);
      if (more > 0 && this.#held > this.#maxBytes) this.#largest()?.letGo();
    };
    return { add, close: () => add(-holder.bytes) };
  }

  #largest(): Holder | undefined {
    let largest: Holder | undefined;
    for (const holder of this.#holders) if (holder.bytes > (largest?.bytes ?? 0)) largest = holder;
    return largest;
  }
}
