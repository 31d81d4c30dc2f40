import { seededRandom } from '../../base/random.ts';

export interface SelectionOptions {
  /** Only the first so many rows; undefined: all. */
  readonly limit: number | undefined;
  /** So many of them, by chance; undefined: all. */
  readonly sample: number | undefined;
  readonly seed: number;
}

/** Which rows are taken. */
export interface Selection {
  /** Rows taken in all. */
  readonly rows: number;
  /** To be asked once for each row in order, from the first. */
  takesNext(): boolean;
}

/**
 * Chooses among `total` rows, the same ones for the same seed, each with the same chance.
 * Selection sampling: Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S.
 */
export function selectRows(total: number, { limit, sample, seed }: SelectionOptions): Selection {
  const pool = Math.min(total, limit ?? total);
  const rows = Math.min(pool, sample ?? pool);
  const random = seededRandom(seed);
  let left = pool;
  let wanted = rows;
  return {
    rows,
    takesNext() {
      if (wanted === 0) return false;
      const taken = random() * left < wanted;
      left--;
      if (taken) wanted--;
      return taken;
    },
  };
}
