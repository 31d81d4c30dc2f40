import type { Clock } from '../base/clock.ts';
import type { InstructionBook } from './answers/instruction.ts';
import type { TokenCounter } from './tokens.ts';

/** What all endpoints of a simulator share. */
export interface World {
  readonly clock: Clock;
  /** Unix milliseconds of a time on the clock. */
  unixMsOf(clockMs: number): number;
  readonly tokens: TokenCounter;
  readonly instructions: InstructionBook;
  /** A number that no earlier call got: replies' ids. */
  nextId(): number;
}
