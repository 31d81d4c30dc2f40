import { createCipheriv, randomBytes } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { Clock } from '../base/clock.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import type { SettledBatch } from './settledBatch.ts';

/** What is known of a batch that came lately. */
interface Kept {
  /** `prepared`, serialised: outside V8's heap, which need not look at a hundred thousand keys with each collection. */
  readonly prepared: Uint8Array;
  readonly settled: SettledBatch | undefined;
  readonly bytes: number;
  /** When the store is to be asked for its answers again. */
  readonly untilMs: number;
}

/** Of what is remembered: prepared batches of some 200,000 rows, a sixth of that with their answers. */
const maxBytes = 8 << 20;
/** The few rows of a smaller batch are read in less than a millisecond. */
const minBatchBytes = 8 << 10;
/** Longest time for which a removal or a newer answer in the store, made by another process, is not seen. */
const settledMs = 60_000;
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

  /** The batch with its answers, where all of them came from the store within the last minute. */
  settled(tag: string | null): SettledBatch | undefined {
    const kept = this.#of(tag);
    return kept !== undefined && this.#clock.now() < kept.untilMs ? ownBytes(kept.settled) : undefined;
  }

  /** The batch as it was read; without its texts and its bytes. */
  prepared(tag: string | null): PreparedBatch | undefined {
    const kept = this.#of(tag);
    return kept && (deserialize(kept.prepared) as PreparedBatch);
  }

  /** Remembers, in place of what was known; the oldest make room. */
  set(tag: string | null, prepared: PreparedBatch, settled?: SettledBatch): void {
    if (tag === null) return;
    this.#forget(tag);
    const packed = serialize({ ...prepared, asked: null, ipc: null });
    const bytes = packed.length + bytesOf(settled);
    const untilMs = this.#clock.now() + settledMs;
    this.#kept.set(tag, { prepared: packed, settled: ownBytes(settled), bytes, untilMs });
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

  #of(tag: string | null): Kept | undefined {
    return tag === null ? undefined : this.#kept.get(tag);
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

function bytesOf(settled: SettledBatch | undefined): number {
  return settled === undefined ? 0 : settled.ipc.length + bytesPerFailure * settled.tally.failures.length;
}
