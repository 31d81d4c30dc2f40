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

type Listener = (reason: SemtelError) => void;
const nothing = () => {};

/** What both kinds of scope share. Classes, because a row opens several: methods are cheaper than closures. */
class Ending {
  ended: SemtelError | undefined;
  /** Made with the first listener; an entry each, so that the same function may listen twice. */
  #listeners: Set<{ readonly tell: Listener }> | undefined;

  onEnd(tell: Listener): () => void {
    if (this.ended !== undefined) {
      tell(this.ended);
      return nothing;
    }
    const entry = { tell };
    this.#listeners ??= new Set();
    this.#listeners.add(entry);
    return () => this.#listeners?.delete(entry);
  }

  protected tellAll(reason: SemtelError): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const { tell } of listeners ?? []) tell(reason);
  }
}

export interface ScopeOptions {
  readonly parent?: Scope;
  /** Absolute, on the clock's scale. The parent's deadline wins if earlier. */
  readonly deadlineMs?: number;
  /** What `ended` says when the own deadline passes. */
  readonly onDeadline?: () => SemtelError;
}

const deadlinePassed = () => new SemtelError('deadline', 'The deadline passed.');

class Own extends Ending implements OwnedScope {
  readonly #parent: Scope | undefined;
  readonly #ownDeadlineMs: number;
  #stopTimer = nothing;
  #leaveParent = nothing;

  constructor(clock: Clock, { parent, deadlineMs = Number.POSITIVE_INFINITY, onDeadline }: ScopeOptions) {
    super();
    this.#parent = parent;
    this.#ownDeadlineMs = deadlineMs;
    if (parent !== undefined) this.#leaveParent = parent.onEnd((reason) => this.end(reason));
    if (this.ended !== undefined || deadlineMs >= (parent?.deadlineMs ?? Number.POSITIVE_INFINITY)) return;
    this.#stopTimer = clock.after(deadlineMs - clock.now(), () => this.end((onDeadline ?? deadlinePassed)()));
  }

  get deadlineMs(): number {
    return Math.min(this.#ownDeadlineMs, this.#parent?.deadlineMs ?? Number.POSITIVE_INFINITY);
  }

  end(reason: SemtelError): void {
    this.dispose();
    this.tellAll(reason);
  }

  dispose(): void {
    this.#stopTimer();
    this.#leaveParent();
  }
}

/** Opens a scope inside `parent`, with a deadline of its own if given. */
export function openScope(clock: Clock, options: ScopeOptions = {}): OwnedScope {
  return new Own(clock, options);
}

/** A scope that lives while any member does: work that several wait for. */
export interface SharedScope extends Scope {
  /** Adds a waiter; the returned function takes it out. The last to leave ends the scope. */
  join(member: Scope): () => void;
}

/** One for all: making an error costs more than all else that a leaving waiter does. */
const nobodyWaits = new SemtelError('cancelled', 'Nobody waits for this any more.');

class Shared extends Ending implements SharedScope {
  readonly #members = new Set<{ readonly scope: Scope; leave: () => void }>();

  get deadlineMs(): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (const { scope } of this.#members) latest = Math.max(latest, scope.deadlineMs);
    return latest;
  }

  join(scope: Scope): () => void {
    const member = { scope, leave: nothing };
    const drop = (reason: SemtelError) => {
      if (!this.#members.delete(member)) return;
      member.leave();
      if (this.#members.size === 0) this.tellAll(reason);
    };
    this.#members.add(member);
    member.leave = scope.onEnd(drop);
    return () => drop(nobodyWaits);
  }
}

/** Opens a shared scope; its deadline is the latest of its members'. */
export function openSharedScope(): SharedScope {
  return new Shared();
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
