import { SemtelError } from '../base/error.ts';

/** What an exchange beyond the waiting limit is told; by default to come back soon enough that freed room is used. */
export function overloaded(retryAfterMs = 500): SemtelError {
  const words = 'The server has as much waiting as it may hold; send the batch again.';
  return new SemtelError('overloaded', words, { retryable: true, retryAfterMs });
}
