import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import * as tokeniser from 'gpt-tokenizer/encoding/o200k_base';
import type { Message, Truncation } from '../../src/base/conversation.ts';
import { conversationJson } from '../../src/text/conversation.ts';
import { cut } from '../../src/text/cut.ts';
import { strategies } from '../../src/text/shares.ts';
import { countTokens, isWithinTokens } from '../../src/text/tokens.ts';
import { truncate } from '../../src/text/truncate.ts';
import { borders, isPiece } from './pieces.ts';

const names = Object.keys(strategies) as Truncation['strategy'][];
const strategy = fc.constantFrom(...names);

/** Words of many scripts, and what is hard to cut or to count: families, flags, marks, jamo, conjuncts, escapes, long runs. */
const words: readonly (readonly string[])[] = [
  ['the', 'quick', 'naïve', "don't", 'São', 'e\u0301\u0323', 'Z\u0351\u036b\u0343algo'],
  ['汉字', '我们今天', '東京都', 'かな', 'ｶﾅ', '。', '한국어', '\u1112\u1161\u11ab', '각'],
  ['नमस्ते', 'क्षत्रिय', 'স্ত্রী', 'ประเทศไทย', 'မြန်မာ', 'ខ្មែរ', 'தமிழ்', 'བོད'],
  ['שלום', 'مرحبا', 'فَتْحَة', '\u202eabc\u202c', 'привет', 'γειά', 'አማርኛ'],
  ['👩‍👩‍👧', '🇩🇪🇫🇷🇯🇵', '👍🏽', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '❤️‍🔥', '1️⃣', '😀😀'],
  [
    '\n',
    '"',
    '\\',
    '\u0000',
    '\ud800',
    '\u2028',
    '…',
    '[',
    '{"i":1}',
    'a'.repeat(300),
    ' '.repeat(200),
    '='.repeat(300),
  ],
];
const text = fc
  .tuple(
    fc.subarray(
      words.map((_, index) => index),
      { minLength: 1 },
    ),
    fc.constantFrom(' ', ''),
  )
  .chain(([scripts, between]) =>
    fc
      .array(fc.constantFrom(...scripts.flatMap((script) => words[script]!)), { maxLength: 60, size: 'max' })
      .map((list) => list.join(between)),
  );
const message = fc.record(
  { role: fc.constantFrom('user', 'assistant', 'tool'), content: text },
  { noNullPrototype: true },
);
const messages = fc.array(message, { minLength: 1, maxLength: 20, size: 'max' });
/** Budgets of a few words up to most of a conversation. */
const budget = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 3000 }));

interface Item {
  readonly i: number | null;
  readonly role: string;
  readonly content: string;
}

function cutTo(list: readonly Message[], truncation: Truncation): Item[] {
  return JSON.parse(truncate(list, conversationJson(list), truncation));
}

/** Tokens of the densest piece of a message, of its frame, and of a note that it may split in two. */
function largestStep(list: readonly Message[]): number {
  const pieces = list.flatMap(({ content }) =>
    Array.from({ length: Math.ceil(content.length / 40) }, (_, n) => content.slice(40 * n, 40 * n + 160)),
  );
  return 50 + Math.max(0, ...pieces.map((piece) => countTokens(JSON.stringify(piece))));
}

suite('truncate', () => {
  test('is never one token over by the tokeniser itself; what fits is sent byte for byte', () => {
    fc.assert(
      fc.property(messages, strategy, budget, (list, name, maxTokens) => {
        const full = conversationJson(list);
        const sent = truncate(list, full, { maxTokens, strategy: name });
        assert.ok(tokeniser.countTokens(sent, { disallowedSpecial: new Set() }) <= maxTokens);
        assert.equal(sent === full, isWithinTokens(full, maxTokens));
        assert.equal(truncate(list, sent, { maxTokens, strategy: name }), sent);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps order, roles and numbers; what is kept is cut between graphemes; each gap is one note', () => {
    fc.assert(
      fc.property(
        messages,
        strategy,
        budget.map((tokens) => tokens + 30),
        (list, name, maxTokens) => {
          let next = 1;
          let afterNote = false;
          for (const item of cutTo(list, { maxTokens, strategy: name })) {
            if (item.i === null) {
              assert.equal(item.role, 'note');
              assert.ok(!afterNote);
              next += Number(/^\[(\d+) messages? left out\]$/.exec(item.content)?.[1]);
            } else {
              assert.equal(item.i, next++);
              const source = list[item.i - 1]!;
              assert.equal(item.role, source.role);
              assert.ok(item.content === source.content || isPiece(item.content, source.content));
            }
            afterNote = item.i === null;
          }
          assert.equal(next, list.length + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('uses 97 % of the budget, or all but the next piece of a message', () => {
    fc.assert(
      fc.property(
        messages,
        strategy,
        budget.map((tokens) => tokens + 30),
        (list, name, maxTokens) => {
          const full = conversationJson(list);
          const used = countTokens(truncate(list, full, { maxTokens, strategy: name }));
          const least = Math.min(0.97 * maxTokens, maxTokens - largestStep(list));
          assert.ok(used >= Math.min(least, countTokens(full)), `${name}: ${used} of ${maxTokens}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('uses 97 % of the budget of a long conversation, also one just above it', () => {
    const long = Array.from({ length: 200 }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: `Message ${n}: ${'some words that say little '.repeat(1 + (n % 7))}`,
    }));
    const short = Array.from({ length: 2000 }, () => ({ role: 'user', content: 'hi' }));
    for (const list of [long, short]) {
      const full = conversationJson(list);
      for (const maxTokens of [2000, countTokens(full) - 1])
        for (const name of names) {
          const used = countTokens(truncate(list, full, { maxTokens, strategy: name }));
          assert.ok(used >= 0.97 * maxTokens && used <= maxTokens, `${name}: ${used} of ${maxTokens}`);
        }
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

  test('a message that fits is whole; at most one is cut at each end of what is kept', () => {
    const list = Array.from({ length: 40 }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: `${n} ${'word '.repeat(30)}`,
    }));
    const cuts = { head: 1, tail: 1, head_tail: 2, user_first: 1 };
    for (const [name, most] of Object.entries(cuts)) {
      const items = cutTo(list, { maxTokens: 700, strategy: name as keyof typeof cuts });
      const parted = items.filter(({ i, content }) => i !== null && content !== list[i - 1]!.content);
      assert.ok(parted.length <= most && items.length > 10, name);
    }
  });

  test('text that merges badly, and megabytes of it, take less than a second of CPU', () => {
    for (const unit of [
      'a',
      ' ',
      '汉',
      '😀',
      '🇩🇪',
      '\n',
      '=',
      'ab ',
      'e\u0301',
      '\u0301',
      '\u0000',
      '的一是不了人我',
    ]) {
      const list = [{ role: 'user', content: unit.repeat(1_000_000 / unit.length) }];
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

  test('never parts a grapheme, nor a flag far into a run of them', () => {
    const text = `${family}é${family}ñक्षि각`.repeat(20) + '🇩🇪🇫🇷🇯🇵'.repeat(80);
    const whole = borders(text);
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
      for (const share of [
        { start: at, end: 0 },
        { start: 0, end: at },
      ]) {
        const kept = cut(endless, share);
        assert.ok(kept.isWellFormed());
        assert.ok(kept.length >= at - 16, 'nearly all that was asked for');
      }
    }
  });
});

suite('tokens', () => {
  test('spellings of special tokens are text', () => {
    assert.ok(countTokens('<|endoftext|>') > 1);
  });

  test('at least those of the tokeniser, exactly those where no run is longer than 256', () => {
    const run = fc
      .tuple(
        fc.constantFrom(...words.flat(), 'a', '的', '一', '😀', '=', '-', 'ก', 'า'),
        fc.integer({ min: 1, max: 400 }),
      )
      .map(([word, times]) => word.repeat(times).slice(0, 1200));
    fc.assert(
      fc.property(fc.array(fc.oneof(text, run), { maxLength: 4 }), (parts) => {
        const all = parts.join('');
        const exact = tokeniser.countTokens(all, { disallowedSpecial: new Set() });
        const counted = countTokens(all);
        assert.ok(counted >= exact);
        assert.ok(counted <= Buffer.byteLength(all) + 3 * Math.floor(all.length / 256));
        if (!/\S{257}|\s{257}/.test(all)) assert.equal(counted, exact);
        for (const limit of [counted - 1, counted])
          assert.equal(isWithinTokens(all, limit), counted <= limit || Buffer.byteLength(all) <= limit);
      }),
      { numRuns: 300 },
    );
  });
});
