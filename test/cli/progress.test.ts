import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { emptyLedger } from '../../src/base/ledger.ts';
import { bar, duration, ledgerWords, money, progressLine } from '../../src/cli/run/progress.ts';
import { progressMeter } from '../../src/cli/run/progressMeter.ts';
import { summaryWords } from '../../src/cli/run/summary.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { fakeClock } from '../fakeClock.ts';

describe('progress', () => {
  it('is a bar of fixed width that never shrinks as work is done', () => {
    const share = fc.double({ min: -0.5, max: 1.5, noNaN: true });
    const filled = (text: string) => [...text].filter((cell) => cell !== ' ').length;
    fc.assert(
      fc.property(share, share, (a, b) => {
        assert.equal([...bar(a)].length, 16);
        assert(filled(bar(Math.min(a, b))) <= filled(bar(Math.max(a, b))));
      }),
    );
    assert.equal(bar(0), ' '.repeat(16));
    assert.equal(bar(1), '█'.repeat(16));
    assert.equal(bar(0.5, 3), '█▌ ');
  });

  it('tells rows, rate, time left and the states that occurred', () => {
    const ledger = {
      ...emptyLedger(),
      rows: 50,
      questions: 50,
      ok: 48,
      failed: 2,
      stored: 10,
      calls: 41,
      cost: 0.5,
    };
    assert.equal(
      progressLine({ rows: 50, total: 200, rate: 10, ledger, trouble: null }),
      '████             25 %  50/200 rows  10/s  0:15 left  ok 48 · failed 2 · stored 10 · 41 calls · cost 0.50',
    );
    assert.match(
      progressLine({ rows: 0, total: 2, rate: 0, ledger, trouble: 'a down' }),
      /time left unknown {2}a down {2}ok/,
    );
    assert.match(
      progressLine({ rows: 2, total: 2, rate: 0.25, ledger, trouble: null }),
      /100 % {2}2\/2 rows {2}0\.3\/s {2}done/,
    );
    assert.match(progressLine({ rows: 0, total: 0, rate: 0, ledger, trouble: null }), /100 %/);
  });

  it('ends with what was billed, and how much of it came from a cache', () => {
    const ledger = { ...emptyLedger(), ok: 20, calls: 20, prompt_tokens: 80_000, cached_tokens: 60_900 };
    assert.equal(
      summaryWords({ rows: 20, ledger, seconds: 4, output: 'out.jsonl' }),
      '20 rows in 0:04 (5.0/s) -> out.jsonl\nok 20 · 20 calls · 76 % of 80,000 prompt tokens from a cache',
    );
  });

  it('fits the width of the terminal', () => {
    const standing = { rows: 1, total: 9, rate: 1, ledger: emptyLedger(), trouble: null };
    assert.equal([...progressLine(standing, 30)].length, 29);
  });

  it('writes durations and money for people', () => {
    assert.deepEqual([0, 0.2, 59.9, 61, 3600, 90061].map(duration), [
      '0:00',
      '0:01',
      '1:00',
      '1:01',
      '1:00:00',
      '25:01:01',
    ]);
    assert.equal(duration(Number.POSITIVE_INFINITY), '?');
    assert.deepEqual([0, 0.001234, 0.5, 12.345].map(money), ['0.00', '0.0012', '0.50', '12.35']);
    assert.equal(ledgerWords(emptyLedger()), 'ok 0 · 0 calls');
  });
});

describe('a progress meter', () => {
  function meterAt(columns: number | undefined) {
    const clock = fakeClock();
    const said: string[] = [];
    const drawn: string[] = [];
    const terminal = {
      columns,
      say: (line: string) => said.push(line),
      update: (line: string) => drawn.push(line),
    } as unknown as Terminal;
    return { clock, said, drawn, meter: progressMeter(100, clock, terminal) };
  }
  const part = { ...emptyLedger(), rows: 10, questions: 10, ok: 10 };

  it('draws one line over and over at a terminal, and takes it away', async () => {
    const { clock, said, drawn, meter } = meterAt(200);
    meter.start();
    meter.add(10, part);
    await clock.advance(1000);
    assert.equal(said.length, 0);
    assert.match(drawn.at(-1)!, /10\/100 rows {2}10\/s {2}0:09 left/);
    meter.stop();
    assert.equal(drawn.at(-1), '');
    assert.equal(clock.pending, 0);
  });

  it('says a line every five seconds elsewhere', async () => {
    const { clock, said, drawn, meter } = meterAt(undefined);
    meter.start();
    await clock.advance(11_000);
    assert.equal(said.length, 2);
    meter.stop();
    assert.deepEqual(drawn, ['']);
  });

  it('knows the rate of the last batches, however long the run', async () => {
    const { clock, drawn, meter } = meterAt(200);
    meter.start();
    meter.add(10, part);
    await clock.advance(600_000);
    for (let second = 0; second < 30; second++) {
      meter.add(1, part);
      await clock.advance(1000);
    }
    assert.match(drawn.at(-1)!, / 0.9\/s/);
    meter.stop();
  });
});
