import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { Message, Truncation } from '../../src/base/conversation.ts';
import { conversationJson } from '../../src/text/conversation.ts';
import { cut } from '../../src/text/cut.ts';
import { strategies } from '../../src/text/shares.ts';
import { countTokens } from '../../src/text/tokens.ts';
import { truncate } from '../../src/text/truncate.ts';

const names = Object.keys(strategies) as Truncation['strategy'][];
const strategy = fc.constantFrom(...names);
const word = fc.oneof(
  fc.constantFrom('the', 'quick', 'naïve', '汉字', '👩‍👩‍👧', '\n', '"', 'a'.repeat(300), ' '.repeat(200)),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const content = fc.array(word, { maxLength: 60 }).map((words) => words.join(' '));
const message = fc.record(
  { role: fc.constantFrom('user', 'assistant', 'tool'), content },
  { noNullPrototype: true },
);
const messages = fc.array(message, { minLength: 1, maxLength: 20 });

interface Item {
  readonly i: number | null;
  readonly role: string;
  readonly content: string;
}

function cutTo(list: readonly Message[], truncation: Truncation): Item[] {
  return JSON.parse(truncate(list, conversationJson(list), truncation));
}

suite('truncate', () => {
  test('is never one token over, and leaves alone what fits', () => {
    fc.assert(
      fc.property(messages, strategy, fc.integer({ min: 1, max: 400 }), (list, name, maxTokens) => {
        const full = conversationJson(list);
        const text = truncate(list, full, { maxTokens, strategy: name });
        assert.ok(countTokens(text) <= maxTokens);
        assert.equal(text === full, countTokens(full) <= maxTokens);
      }),
      { numRuns: 200 },
    );
  });

  test('keeps order, roles and numbers; what is kept is a piece of the message; notes count the rest', () => {
    fc.assert(
      fc.property(messages, strategy, fc.integer({ min: 30, max: 400 }), (list, name, maxTokens) => {
        let next = 1;
        for (const item of cutTo(list, { maxTokens, strategy: name })) {
          if (item.i === null) {
            assert.equal(item.role, 'note');
            next += Number(/^\[(\d+) messages? left out\]$/.exec(item.content)?.[1]);
            continue;
          }
          assert.equal(item.i, next++);
          const source = list[item.i - 1]!;
          assert.equal(item.role, source.role);
          if (item.content === source.content) continue;
          const halves = [...item.content.matchAll(/…/g)].map(({ index }) => [
            item.content.slice(0, index),
            item.content.slice(index + 1),
          ]);
          assert.ok(halves.some(([a, b]) => source.content.startsWith(a!) && source.content.endsWith(b!)));
        }
        assert.equal(next, list.length + 1);
      }),
      { numRuns: 200 },
    );
  });

  test('uses the budget: of a long conversation at least nine tenths', () => {
    const list = Array.from({ length: 200 }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: `Message ${n}: ${'some words that say little '.repeat(1 + (n % 7))}`,
    }));
    for (const name of names) {
      const text = truncate(list, conversationJson(list), { maxTokens: 2000, strategy: name });
      assert.ok(countTokens(text) > 1800, `${name}: ${countTokens(text)}`);
    }
  });

  test('each strategy keeps what its name says', () => {
    const list = Array.from({ length: 40 }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: `${n} ${'word '.repeat(30)}`,
    }));
    const kept = (name: Truncation['strategy']) =>
      cutTo(list, { maxTokens: 600, strategy: name }).map((item) => item.i);
    assert.deepEqual([kept('head').at(0), kept('head').at(-1)], [1, null]);
    assert.deepEqual([kept('tail').at(0), kept('tail').at(-1)], [null, 40]);
    assert.deepEqual([kept('head_tail').at(0), kept('head_tail').at(-1)], [1, 40]);
    assert.equal(kept('head_tail').filter((i) => i === null).length, 1);
    assert.ok(kept('user_first').every((i) => i === null || i % 2 === 1));
    const even = cutTo(list.slice(0, 8), { maxTokens: 250, strategy: 'per_message' });
    assert.deepEqual(
      even.map((item) => item.i),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
  });

  test('of one long message head_tail keeps both ends', () => {
    const list = [{ role: 'user', content: `begin ${'x y '.repeat(5000)} end` }];
    const [item] = cutTo(list, { maxTokens: 100, strategy: 'head_tail' });
    assert.match(item!.content, /^begin .*….* end$/);
  });

  test('text that merges badly, and megabytes of it, take less than a second of CPU', () => {
    for (const unit of ['a', ' ', '汉', '😀', '\n', '=', 'ab ', 'e\u0301']) {
      const list = [{ role: 'user', content: unit.repeat(1_000_000) }];
      const full = conversationJson(list);
      const start = process.threadCpuUsage();
      const text = truncate(list, full, { maxTokens: 6000, strategy: 'head_tail' });
      const { user } = process.threadCpuUsage(start);
      assert.ok(countTokens(text) <= 6000);
      assert.ok(user < 1_000_000, `${JSON.stringify(unit)}: ${user} µs`);
    }
  });
});

suite('cut', () => {
  const family = '👩‍👩‍👧';

  test('never parts a grapheme', () => {
    const text = `${family}é${family}ñ`.repeat(30);
    const whole = new Set(
      Array.from(new Intl.Segmenter().segment(text), ({ index }) => index).concat(text.length),
    );
    for (let at = 1; at < text.length - 1; at++) {
      const head = cut(text, { start: at, end: 0 });
      assert.ok(whole.has(head.length - 1));
      const tail = cut(text, { start: 0, end: at });
      assert.ok(whole.has(text.length - (tail.length - 1)));
    }
  });

  test('parts no surrogate pair where a cluster has no end', () => {
    const endless = `a${'\u0301'.repeat(500)}😀${'\u200d😀'.repeat(500)}`;
    for (let at = 1; at < endless.length - 1; at += 7) {
      assert.ok(cut(endless, { start: at, end: 0 }).isWellFormed());
      assert.ok(cut(endless, { start: 0, end: at }).isWellFormed());
    }
  });
});

suite('tokens', () => {
  test('spellings of special tokens are text', () => {
    assert.ok(countTokens('<|endoftext|>') > 1);
  });

  test('there is a token to at least every byte', () => {
    fc.assert(
      fc.property(content, (text) => {
        assert.ok(countTokens(text) <= Buffer.byteLength(text));
      }),
    );
  });
});
