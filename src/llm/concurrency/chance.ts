/** Calls of one look: most of those at a tenth refused hold one. */
const lookCalls = 20;
/** More of the calls than this are refused, look after look ... */
const fewest = 0.05;
/** ... but not nearly all: that is a quota that is spent. */
const most = 0.3;
/** For this long, in which going slower brings the refusals of any quota below that. */
const lastingMs = 4_000;
/** And for so many looks: at a start that nobody knows the quota of, three may be that unlucky. */
const fewestLooks = 4;
/** Looks in a row that tell that a quota refuses too: one alone may be bad luck. */
const wrongLooks = 2;
/** Until it is tried again after that, doubling: a try costs these looks' calls at most. */
const againMs = 60_000;

/**
 * Tells 429 that come by chance (an engine that is busy now and then, whatever we send) from those of a quota. Those of
 * a quota cease when fewer calls are sent. Where they go on, our pace is not the cause, and going slower and slower
 * would stop nearly all work: then they are let be, until more of the calls are refused than before.
 */
export class Chance {
  #calls = 0;
  #refused = 0;
  #looks = 0;
  #refusedBefore = 0;
  #sinceMs: number;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #waitMs = againMs;
  #wrong = 0;
  /** Part refused by chance; null while a quota is the explanation. */
  #level: number | null = null;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** Refusals are taken to come by chance. */
  get reigns(): boolean {
    return this.#level !== null;
  }

  /** A call was answered or refused. */
  settled(refused: boolean, nowMs: number): void {
    this.#calls += 1;
    if (refused) this.#refused += 1;
    if (this.#calls < lookCalls) return;
    const part = this.#refused / lookCalls;
    this.#calls = 0;
    this.#refused = 0;
    if (this.#level === null) this.#lookForChance(part, nowMs);
    else this.#doubt(part > 2 * this.#level + 0.1, nowMs);
  }

  /** Calls were refused one after the other: a quota is spent. */
  spent(nowMs: number): void {
    this.#calls = 0;
    this.#refused = 0;
    if (this.#level === null) this.#anew(nowMs);
  }

  #lookForChance(part: number, nowMs: number): void {
    if (part < fewest || part > most || nowMs < this.#notBeforeMs) {
      this.#anew(nowMs);
      return;
    }
    this.#looks += 1;
    this.#refusedBefore += part;
    if (nowMs - this.#sinceMs < lastingMs || this.#looks < fewestLooks) return;
    this.#level = Math.max(this.#refusedBefore / this.#looks, 0.1);
    this.#wrong = 0;
  }

  /** Did their part grow when we went faster? */
  #doubt(grown: boolean, nowMs: number): void {
    this.#wrong = grown ? this.#wrong + 1 : 0;
    if (this.#wrong < wrongLooks) return;
    this.#level = null;
    this.#notBeforeMs = nowMs + this.#waitMs;
    this.#waitMs *= 2;
    this.#anew(nowMs);
  }

  #anew(nowMs: number): void {
    this.#looks = 0;
    this.#refusedBefore = 0;
    this.#sinceMs = nowMs;
  }
}
