import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchOf, rowsOf, withStack } from './stack.ts';

const texts = Array.from({ length: 120 }, (_, n) => {
  const [topic, expertise] = [n % 2 ? 'Health' : 'Travel', n % 3 ? 'Novice' : 'Expert'];
  return `Question ${n} [[topic=${topic}]] [[expertise=${expertise}]]`;
});
const spoiled = { refusal: 0.2, content_filter: 0.1, empty: 0.4, dropped_item: 0.2, near_miss: 0.2 };
const sound = { refusal: 0, content_filter: 0, empty: 0, dropped_item: 0, near_miss: 0 };

test('only answers that were read as one of the set are kept, also of combined requests', () =>
  withStack({ answers: 'marked', seed: 7, faults: spoiled }, async ({ client, simulator }) => {
    const ask = (combine: boolean) =>
      client.classify({ classifiers: ['topic', 'expertise'], combine }, batchOf(texts));
    const first = await ask(true);
    assert(first.ledger.refused > 0 && first.ledger.invalid > 0 && first.ledger.ok > 0);
    simulator.control({ faults: sound });
    const second = await ask(false);
    assert.deepEqual(
      [second.ledger.ok, second.ledger.stored],
      [2 * texts.length, first.ledger.ok],
      'what was no answer is asked again, and nothing else',
    );
    const told = rowsOf(first.batch.ipc);
    for (const [row, answers] of rowsOf(second.batch.ipc).entries())
      for (const name of ['topic', 'expertise']) {
        const [before, now] = [told[row]![name], answers[name]] as {
          readonly status: string;
          readonly source: string;
          readonly label: string;
        }[];
        assert.equal(now!.source, before!.status === 'ok' ? 'store' : 'llm');
        assert(texts[row]!.includes(`[[${name}=${now!.label}]]`), name);
      }
  }));
