import type { Clock } from './clock.ts';
import { SemtelError } from './error.ts';

/**
 * The life of a piece of work: it ends once, by cancellation or at its deadline, and tells those who listen.
 * Cheaper than AbortSignal.any plus AbortSignal.timeout, and disposed instead of collected.
 */
export interface Scope {
  /** On the clock's scale; Infinity for none. */
  readonly deadlineMs: number;
  /** Why the scope ended; undefined while it lives. */
  readonly ended: SemtelError | undefined;
  /** Calls `fn` once when the scope ends, at once if it has; the returned function unsubscribes. */
  onEnd(fn: (reason: SemtelError) => void): () => void;
}

/** A scope that its opener ends or disposes. */
export interface OwnedScope extends Scope {
  end(reason: SemtelError): void;
  /** Stops the timer and lets go of the parent; nobody is told. Call it in `finally`. */
  dispose(): void;
}

class Listeners {
  ended: SemtelError | undefined;
  readonly #fns = new Set<(reason: SemtelError) => void>();

  onEnd(fn: (reason: SemtelError) => void): () => void {
    if (this.ended !== undefined) {
      fn(this.ended);
      return () => {};
    }
    // Wrapped, so that the same function may listen twice.
    const entry = (reason: SemtelError) => fn(reason);
    this.#fns.add(entry);
    return () => this.#fns.delete(entry);
  }

  end(reason: SemtelError): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    const fns = [...this.#fns];
    this.#fns.clear();
    for (const fn of fns) fn(reason);
  }
}

export interface ScopeOptions {
  readonly parent?: Scope;
  /** Absolute, on the clock's scale. The parent's deadline wins if earlier. */
  readonly deadlineMs?: number;
  /** What `ended` says when the own deadline passes. */
  readonly onDeadline?: () => SemtelError;
}

/** Opens a scope inside `parent`, with a deadline of its own if given. */
export function openScope(clock: Clock, options: ScopeOptions = {}): OwnedScope {
  const { parent } = options;
  const listeners = new Listeners();
  const own = options.deadlineMs ?? Number.POSITIVE_INFINITY;
  let stopTimer = () => {};
  let leaveParent = () => {};
  const dispose = () => {
    stopTimer();
    leaveParent();
  };
  const end = (reason: SemtelError) => {
    dispose();
    listeners.end(reason);
  };
  if (parent !== undefined) leaveParent = parent.onEnd(end);
  if (listeners.ended === undefined && own < (parent?.deadlineMs ?? Number.POSITIVE_INFINITY)) {
    const reason = options.onDeadline ?? (() => new SemtelError('deadline', 'The deadline passed.'));
    stopTimer = clock.after(own - clock.now(), () => end(reason()));
  }
  return {
    get deadlineMs() {
      return Math.min(own, parent?.deadlineMs ?? Number.POSITIVE_INFINITY);
    },
    get ended() {
      return listeners.ended;
    },
    onEnd: (fn) => listeners.onEnd(fn),
    end,
    dispose,
  };
}

/** A scope that lives while any member does: work that several wait for. */
export interface SharedScope extends Scope {
  /** Adds a waiter; the returned function takes it out. The last to leave ends the scope. */
  join(member: Scope): () => void;
}

/** One for all: making an error costs more than all else that a leaving waiter does. */
const nobodyWaits = new SemtelError('cancelled', 'Nobody waits for this any more.');

/** Opens a shared scope; its deadline is the latest of its members'. */
export function openSharedScope(): SharedScope {
  const listeners = new Listeners();
  const members = new Set<{ scope: Scope; leave: () => void }>();
  return {
    get deadlineMs() {
      let latest = Number.NEGATIVE_INFINITY;
      for (const { scope } of members) latest = Math.max(latest, scope.deadlineMs);
      return latest;
    },
    get ended() {
      return listeners.ended;
    },
    onEnd: (fn) => listeners.onEnd(fn),
    join(scope) {
      const member = { scope, leave: () => {} };
      const drop = (reason: SemtelError) => {
        if (!members.delete(member)) return;
        member.leave();
        if (members.size === 0) listeners.end(reason);
      };
      members.add(member);
      member.leave = scope.onEnd(drop);
      return () => drop(nobodyWaits);
    },
  };
}

/** Waits `ms`, or rejects with the scope's reason if it ends first. */
export function sleep(clock: Clock, ms: number, scope: Scope): Promise<void> {
  return new Promise((resolve, reject) => {
    let leave = () => {};
    const stop = clock.after(ms, () => {
      leave();
      resolve();
    });
    leave = scope.onEnd((reason) => {
      stop();
      reject(reason);
    });
  });
}

/** Waits for `work`, or rejects with the scope's reason if it ends first; the work itself goes on. */
export function untilEnd<T>(work: Promise<T>, scope: Scope): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = scope.onEnd(reject);
    work.then(resolve, reject).finally(leave);
  });
}
