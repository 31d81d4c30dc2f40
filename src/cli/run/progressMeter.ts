import type { Clock } from '../../base/clock.ts';
import { addLedger, emptyLedger, type Ledger } from '../../base/ledger.ts';
import type { Terminal } from '../terminal.ts';
import { progressLine } from './progress.ts';

/** A terminal is drawn often enough to look alive. */
const drawMs = 250;
/** Without a terminal each line stays in somebody's log. */
const lineMs = 5_000;
/** The rate is that of the last batches, two rounds of those asked at once: they end in bursts. */
const rateBatches = 16;

/** Counts what was labelled and shows it while it runs. */
export interface ProgressMeter {
  readonly ledger: Readonly<Ledger>;
  add(rows: number, ledger: Readonly<Ledger>): void;
  /** Starts showing. */
  start(): void;
  /** Stops showing and takes the line away; safe to call twice. */
  stop(): void;
}

/** @param trouble asked each time a line is shown */
export function progressMeter(
  total: number,
  clock: Clock,
  terminal: Terminal,
  trouble: () => string | null = () => null,
): ProgressMeter {
  const ledger = emptyLedger();
  let rows = 0;
  let marks: { readonly at: number; readonly rows: number }[] = [{ at: clock.now(), rows: 0 }];
  let stopTimer = () => {};
  const rate = () => {
    const [first] = marks;
    const seconds = first === undefined ? 0 : (clock.now() - first.at) / 1000;
    return first === undefined || seconds === 0 ? 0 : (rows - first.rows) / seconds;
  };
  const show = () => {
    const line = progressLine({ rows, total, rate: rate(), ledger, trouble: trouble() }, terminal.columns);
    if (terminal.columns === undefined) terminal.say(line);
    else terminal.update(line);
  };
  const tick = () => {
    stopTimer = clock.after(terminal.columns === undefined ? lineMs : drawMs, () => {
      show();
      tick();
    });
  };
  return {
    ledger,
    add(more, part) {
      rows += more;
      addLedger(ledger, part);
      marks = [...marks.slice(-rateBatches), { at: clock.now(), rows }];
    },
    start() {
      marks = [{ at: clock.now(), rows }];
      if (terminal.columns !== undefined) show();
      tick();
    },
    stop() {
      stopTimer();
      terminal.update('');
    },
  };
}
