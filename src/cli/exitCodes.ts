/** What `semtel` tells the shell. */
export const exitCodes = {
  done: 0,
  /** An internal error, or the server is unreachable. */
  internal: 1,
  /** Usage, configuration or input; nothing was sent. */
  usage: 2,
  /** Finished, but not good enough. */
  notGoodEnough: 3,
  /** Stopped by `--max-cost` or `--max-tokens`. */
  budget: 4,
  /** The ledger does not balance: rows were lost or doubled. */
  unbalanced: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
