import type { Answer } from '../base/answer.ts';
import type { Clock } from '../base/clock.ts';
import type { ErrorKind } from '../base/error.ts';

/** How often one code came. */
export interface ErrorCount {
  readonly code: string;
  /** What ended with it. */
  readonly of: 'questions' | 'calls';
  /** In the last `recentMinutes`. */
  readonly recent: number;
  /** Since the start of the server. */
  readonly total: number;
  /** Since the last one. */
  readonly agoMs: number;
  /** Of the last one; null where none was asked. */
  readonly endpoint: string | null;
  /** Of the last one; null for calls, whose words may quote what a client sent. */
  readonly message: string | null;
}

/** Long enough to see after a coffee what went wrong, short enough that it is still a matter of now. */
export const recentMinutes = 10;
const minuteMs = 60_000;

interface Kind {
  readonly of: ErrorCount['of'];
  readonly code: string;
  total: number;
  /** Count of each of the last minutes. */
  readonly minutes: Map<number, number>;
  lastMs: number;
  last: Pick<Answer, 'endpoint' | 'errorMessage'> | null;
}

/** Error codes of questions and of calls of clients, counted by code. Bounded, because both lists of codes are closed. */
export class RecentErrors {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, Kind>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onAnswer(answer: Answer): void {
    if (answer.errorCode !== null) this.#count('questions', answer.errorCode).last = answer;
  }

  onCall(code: ErrorKind): void {
    this.#count('calls', code);
  }

  /** The latest first. */
  list(): readonly ErrorCount[] {
    const now = this.#clock.now();
    const oldest = Math.floor(now / minuteMs) - recentMinutes;
    return [...this.#kinds.values()]
      .sort((a, b) => b.lastMs - a.lastMs)
      .map(({ of, code, total, minutes, lastMs, last }) => ({
        of,
        code,
        total,
        recent: [...minutes].reduce((sum, [minute, count]) => sum + (minute > oldest ? count : 0), 0),
        agoMs: now - lastMs,
        endpoint: last?.endpoint ?? null,
        message: last?.errorMessage ?? null,
      }));
  }

  #count(of: Kind['of'], code: string): Kind {
    const kind = this.#kindOf(of, code);
    const now = this.#clock.now();
    const minute = Math.floor(now / minuteMs);
    kind.total += 1;
    kind.lastMs = now;
    kind.minutes.set(minute, (kind.minutes.get(minute) ?? 0) + 1);
    if (kind.minutes.size > recentMinutes) kind.minutes.delete(kind.minutes.keys().next().value!);
    return kind;
  }

  #kindOf(of: Kind['of'], code: string): Kind {
    const key = `${of} ${code}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const kind: Kind = { of, code, total: 0, minutes: new Map(), lastMs: 0, last: null };
    this.#kinds.set(key, kind);
    return kind;
  }
}
