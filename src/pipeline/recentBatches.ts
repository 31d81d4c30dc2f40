import { createCipheriv, randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import type { SettledBatch } from './settled.ts';

/** What is known of a batch that came lately. */
interface KnownBatch {
  readonly prepared: PreparedBatch;
  /** Where all of its answers came from the store. */
  readonly settled?: SettledBatch | undefined;
}

interface Kept extends KnownBatch {
  readonly bytes: number;
  /** When the store is to be asked for its answers again. */
  readonly untilMs: number;
}

/** Of what is remembered: read batches of some 200,000 rows, a quarter of that with their answers. */
const maxBytes = 16 << 20;
/** The few rows of a smaller batch are read in less than a millisecond. */
const minBatchBytes = 8 << 10;
/** Longest time for which a removal or a newer answer in the store, made by another process, is not seen. */
const settledMs = 60_000;
/** A key as a string of its own, and its share of the arrays. */
const bytesPerKey = 60;
const bytesPerRow = 20;
/** An answer of a skipped row, which is told again. */
const bytesPerFailure = 250;

/**
 * Batches that came lately, by their bytes: Spark sends a batch again where a task is retried or a frame is computed
 * twice, and then it is neither read nor, if the store answered it within the last minute, looked up again.
 *
 * Bytes are told apart by a tag of 128 bits under a random key of this process, which nobody learns: the universal
 * hash of AES-GCM (NIST SP 800-38D; Wegman and Carter 1981), four times as fast as SHA-256.
 */
export class RecentBatches {
  readonly #clock: Clock;
  #secret = newSecret();
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells a batch, with what is `asked` of it, from any other; null for one that is not remembered. */
  tagOf(ipc: Uint8Array, asked: readonly unknown[]): string | null {
    if (ipc.length < minBatchBytes) return null;
    const cipher = createCipheriv('aes-128-gcm', this.#secret.key, this.#secret.nonce);
    cipher.setAAD(ipc);
    cipher.update(JSON.stringify(asked));
    cipher.final();
    return cipher.getAuthTag().toString('latin1');
  }

  get(tag: string | null): KnownBatch | undefined {
    const kept = tag === null ? undefined : this.#kept.get(tag);
    if (kept === undefined) return undefined;
    const { prepared, settled, untilMs } = kept;
    return { prepared, settled: this.#clock.now() < untilMs ? ownBytes(settled) : undefined };
  }

  /** Remembers, in place of what was known, all but the texts; the oldest make room. */
  set(tag: string | null, { prepared, settled }: KnownBatch): void {
    if (tag === null) return;
    this.#forget(tag);
    const known = { prepared: { ...prepared, asked: null, ipc: null }, settled: ownBytes(settled) };
    const bytes = bytesOf(known);
    this.#kept.set(tag, { ...known, bytes, untilMs: this.#clock.now() + settledMs });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= maxBytes) break;
      this.#forget(oldest);
    }
  }

  /** Forgets everything, also what is `set` later by a tag of before. */
  clear(): void {
    this.#secret = newSecret();
    this.#kept.clear();
    this.#bytes = 0;
  }

  #forget(tag: string): void {
    this.#bytes -= this.#kept.get(tag)?.bytes ?? 0;
    this.#kept.delete(tag);
  }
}

/** Tags never leave the process, so that one nonce does for all. */
function newSecret() {
  return { key: randomBytes(16), nonce: randomBytes(12) };
}

/** Bytes of its own: those that the batch is answered with may be handed on to a thread. */
function ownBytes(settled: SettledBatch | undefined): SettledBatch | undefined {
  return settled && { ...settled, ipc: settled.ipc.slice() };
}

function bytesOf({ prepared: { rows, keys, carried }, settled }: KnownBatch): number {
  const answers =
    settled === undefined ? 0 : settled.ipc.length + bytesPerFailure * settled.tally.failures.length;
  return carried.length + rows * (bytesPerRow + bytesPerKey * keys.length) + answers;
}
