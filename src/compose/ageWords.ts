import { plural } from '../base/plural.ts';

/** `40 seconds`, `3 days` */
export function ageWords(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 120) return plural(Math.round(seconds), 'second');
  if (seconds < 2 * 3_600) return plural(Math.round(seconds / 60), 'minute');
  if (seconds < 2 * 86_400) return plural(Math.round(seconds / 3_600), 'hour');
  return plural(Math.round(seconds / 86_400), 'day');
}
