import { ageWords } from '../../compose/ageWords.ts';
import type { FileOptions, FileStats } from '../../store/sqliteFile.ts';
import { number } from '../run/progress.ts';
import { oneLine } from '../table.ts';

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Milliseconds of `30d`, `12h`, `45m` or `10s`; undefined when it is none of these. */
export function ageOf(text: string): number | undefined {
  const [, count, unit] = /^([0-9]+)([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * secondsIn[unit!]! * 1000;
}

/** `850 bytes`, `3.4 MB` */
export function bytesWords(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 'bytes';
  while (value >= 1000 && units.length > 0) {
    value /= 1000;
    unit = units.shift()!;
  }
  return `${value < 10 && unit !== 'bytes' ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** What `semtel store stats` prints. */
export function statsWords(
  { entries, bytes, oldestMs, newestMs }: FileStats,
  { path, maxBytes, ttlMs, noun, nowMs }: FileOptions & { readonly noun: string; readonly nowMs: number },
): string {
  const when = (ms: number | null) =>
    ms === null
      ? '-'
      : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${ageWords(nowMs - ms)} ago`;
  const lines: readonly (readonly [string, string])[] = [
    ['file', oneLine(path, path.length)],
    [`${noun}s`, number(entries)],
    ['size', `${bytesWords(bytes)} of at most ${bytesWords(maxBytes)}`],
    ['oldest', when(oldestMs)],
    ['newest', when(newestMs)],
    ['each kept for', ageWords(ttlMs)],
  ];
  return lines.map(([name, value]) => `${name.padEnd(13)}  ${value}`).join('\n');
}
