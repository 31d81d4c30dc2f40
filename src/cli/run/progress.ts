import { statuses } from '../../base/answer.ts';
import type { Ledger } from '../../base/ledger.ts';

/** Where a run stands. */
export interface Standing {
  readonly rows: number;
  readonly total: number;
  /** Rows a second lately; 0 while nothing is known. */
  readonly rate: number;
  readonly ledger: Readonly<Ledger>;
  /** What holds it up, in words. */
  readonly trouble: string | null;
}

const barCells = 16;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** `██████▌         ` */
export function bar(part: number, cells = barCells): string {
  const filled = Math.round(Math.min(Math.max(part, 0), 1) * cells * 8);
  return ('█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8]!).padEnd(cells);
}

/** Rows, rate, time left and the ledger on one line of at most `width` characters. */
export function progressLine(
  { rows, total, rate, ledger, trouble }: Standing,
  width = Number.POSITIVE_INFINITY,
): string {
  const part = total === 0 ? 1 : rows / total;
  const left = rate > 0 ? `${duration((total - rows) / rate)} left` : 'time left unknown';
  const pieces = [
    `${bar(part)} ${Math.floor(part * 100)} %`,
    `${number(rows)}/${number(total)} rows`,
    `${rate >= 10 ? number(Math.round(rate)) : rate.toFixed(1)}/s`,
    rows === total ? 'done' : left,
    ...(trouble === null ? [] : [trouble]),
    ledgerWords(ledger),
  ];
  return Array.from(pieces.join('  '))
    .slice(0, Math.max(0, width - 1))
    .join('');
}

/** `ok 2,990 · invalid 4 · 2,870 calls · 0.50 USD`: the states that occurred, then what was spent. */
export function ledgerWords(ledger: Readonly<Ledger>): string {
  const states = statuses
    .filter((status) => status === 'ok' || ledger[status] > 0)
    .map((status) => `${status} ${number(ledger[status])}`);
  const spent = [
    ...(ledger.stored > 0 ? [`stored ${number(ledger.stored)}`] : []),
    ...(ledger.shared > 0 ? [`shared ${number(ledger.shared)}`] : []),
    `${number(ledger.calls)} calls`,
    ...(ledger.cost > 0 ? [`cost ${money(ledger.cost)}`] : []),
  ];
  return [...states, ...spent].join(' · ');
}

export function number(value: number): string {
  return value.toLocaleString('en');
}

/** Four digits that matter below one, cents above. */
export function money(value: number): string {
  return value >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(2);
}

/** `0:42`, `3:07:00`; a minute is the unit beyond a day. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
