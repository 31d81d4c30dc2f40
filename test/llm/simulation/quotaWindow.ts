/** How a provider counts a quota: refilled all the time, by the clock's minute, or over the last second or ten. */
export type WindowKind = 'continuous' | 'minute' | '1s' | '10s';

/** One entry of a provider's books; `amount` is lowered when a part is given back. */
interface Entry {
  readonly atMs: number;
  amount: number;
}

/** The other side's books for one quota. Shares no code with the engine's bucket. */
export interface QuotaWindow {
  /** A minute; may change while it runs. */
  perMinute: number;
  /** What could be spent at once. */
  remaining(nowMs: number): number;
  /** How long a request of this size would have to wait. */
  waitMs(amount: number, nowMs: number): number;
  take(amount: number, nowMs: number): Entry;
  giveBack(entry: Entry, amount: number, nowMs: number): void;
}

/** Refills all the time and holds one second's worth. */
class Continuous implements QuotaWindow {
  perMinute: number;
  #owed = 0;
  #atMs = 0;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  remaining(nowMs: number): number {
    this.#owed = Math.max(0, this.#owed - ((nowMs - this.#atMs) / 60_000) * this.perMinute);
    this.#atMs = nowMs;
    return this.perMinute / 60 - this.#owed;
  }

  waitMs(amount: number, nowMs: number): number {
    return Math.max(0, ((amount - this.remaining(nowMs)) / this.perMinute) * 60_000);
  }

  take(amount: number, nowMs: number): Entry {
    this.remaining(nowMs);
    this.#owed += amount;
    return { atMs: nowMs, amount };
  }

  giveBack(_: Entry, amount: number, nowMs: number): void {
    this.remaining(nowMs);
    this.#owed = Math.max(0, this.#owed - amount);
  }
}

/** Starts from nothing at every full minute. */
class FixedMinute implements QuotaWindow {
  perMinute: number;
  #minute = 0;
  #used = 0;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  remaining(nowMs: number): number {
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== this.#minute) this.#used = 0;
    this.#minute = minute;
    return this.perMinute - this.#used;
  }

  waitMs(amount: number, nowMs: number): number {
    return amount <= this.remaining(nowMs) ? 0 : (this.#minute + 1) * 60_000 - nowMs;
  }

  take(amount: number, nowMs: number): Entry {
    this.remaining(nowMs);
    this.#used += amount;
    return { atMs: nowMs, amount };
  }

  giveBack(entry: Entry, amount: number, nowMs: number): void {
    this.remaining(nowMs);
    if (Math.floor(entry.atMs / 60_000) === this.#minute) this.#used -= amount;
  }
}

/** No span of `spanMs` holds more than its part of the quota. */
class Sliding implements QuotaWindow {
  perMinute: number;
  readonly #spanMs: number;
  #entries: Entry[] = [];
  #first = 0;
  #used = 0;

  constructor(perMinute: number, spanMs: number) {
    this.perMinute = perMinute;
    this.#spanMs = spanMs;
  }

  remaining(nowMs: number): number {
    for (let one = this.#entries[this.#first]; one !== undefined; one = this.#entries[this.#first]) {
      if (one.atMs > nowMs - this.#spanMs) break;
      this.#used -= one.amount;
      this.#first += 1;
    }
    if (this.#first > 1_000) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
    return (this.perMinute * this.#spanMs) / 60_000 - this.#used;
  }

  waitMs(amount: number, nowMs: number): number {
    let free = this.remaining(nowMs);
    for (let at = this.#first; free < amount; at++) {
      const one = this.#entries[at];
      if (one === undefined) return this.#spanMs;
      free += one.amount;
      if (free >= amount) return one.atMs + this.#spanMs - nowMs;
    }
    return 0;
  }

  take(amount: number, nowMs: number): Entry {
    const entry = { atMs: nowMs, amount };
    this.#entries.push(entry);
    this.#used += amount;
    return entry;
  }

  giveBack(entry: Entry, amount: number, nowMs: number): void {
    this.remaining(nowMs);
    if (entry.atMs <= nowMs - this.#spanMs) return;
    entry.amount -= amount;
    this.#used -= amount;
  }
}

export function quotaWindow(kind: WindowKind, perMinute: number): QuotaWindow {
  if (kind === 'continuous') return new Continuous(perMinute);
  if (kind === 'minute') return new FixedMinute(perMinute);
  return new Sliding(perMinute, kind === '1s' ? 1_000 : 10_000);
}
