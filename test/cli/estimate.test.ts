import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { emptyLedger } from '../../src/base/ledger.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { capacityOf } from '../../src/cli/estimate/capacity.ts';
import { secondsByQuota, spendingWords, tokens } from '../../src/cli/estimate/estimate.ts';
import { Tallies } from '../../src/cli/estimate/tally.ts';
import { restOf } from '../../src/cli/run/forecast.ts';
import { previewTable } from '../../src/cli/run/preview.ts';
import type { EndpointView } from '../../src/llm/call.ts';
import { countTokens } from '../../src/text/tokens.ts';
import { joinTexts } from '../../src/workers/texts.ts';

const view = (model: string, tpm: number | null) =>
  ({ model, quota: { tokens: tpm, requests: null } }) as unknown as EndpointView;

describe('an estimate', () => {
  it('takes the tighter of the quotas; an endpoint without one makes time unknown', () => {
    const spending = { calls: 100, promptTokens: 9_000, completionTokens: 1_000 };
    assert.equal(secondsByQuota(spending, { tokensPerMinute: 10_000, requestsPerMinute: 50 }), 120);
    assert.equal(secondsByQuota(spending, { tokensPerMinute: null, requestsPerMinute: null }), null);
    assert.equal(capacityOf([view('a', 10), view('a', 5), view('b', null)], ['a']).tokensPerMinute, 15);
    assert.equal(capacityOf([view('a', 10), view('a', null)], ['a']).tokensPerMinute, null);
  });

  it('is told in one line', () => {
    const spending = {
      calls: 2870,
      promptTokens: 3_120_000,
      completionTokens: 60_400,
      cost: 0.5,
      currency: 'USD',
    };
    assert.equal(
      spendingWords(spending, { tokensPerMinute: 2_000_000, requestsPerMinute: null }),
      '2,870 calls, 3.1 M prompt + 60 k completion tokens, cost 0.50 USD, at least 1:36 by quota',
    );
    assert.deepEqual([0, 999, 1000, 9_949, 999_499, 999_500].map(tokens), [
      '0',
      '999',
      '1.0 k',
      '9.9 k',
      '999 k',
      '1.0 M',
    ]);
  });

  it('scales what the preview took to the rows that are left', () => {
    const ledger = {
      ...emptyLedger(),
      rows: 20,
      calls: 30,
      prompt_tokens: 1000,
      completion_tokens: 100,
      cost: 0.5,
    };
    assert.deepEqual(restOf(ledger, 200, null), {
      calls: 300,
      promptTokens: 10_000,
      completionTokens: 1000,
      cost: 5,
    });
    const none = { calls: 0, promptTokens: 0, completionTokens: 0, cost: null };
    assert.deepEqual(restOf(emptyLedger(), 200, null), none);
  });

  it('of the rest is that of all, corrected by what the rows shown took of theirs', () => {
    const tally = (times: number) => ({
      name: '',
      calls: 20 * times,
      promptTokens: 2_000 * times,
      completionTokens: 100 * times,
      mostCompletionTokens: 640 * times,
      cost: 0.25 * times,
      mostCost: 0.5 * times,
    });
    const forecast = { shown: tally(1), all: tally(6) };
    const ledger = {
      ...emptyLedger(),
      rows: 20,
      calls: 22,
      prompt_tokens: 3_000,
      completion_tokens: 100,
      cost: 0.25,
    };
    assert.deepEqual(restOf(ledger, 200, forecast), {
      calls: 110,
      promptTokens: 15_000,
      completionTokens: 500,
      cost: 1.25,
    });
    const stored = { shown: tally(0), all: tally(2) };
    assert.equal(restOf(emptyLedger(), 200, stored).promptTokens, 4_000);
  });

  it('counts each different question once, stored ones and skipped rows never', async () => {
    const classifier = {
      name: 'topic',
      maxOutputTokens: 64,
      responseSchema: { type: 'object', properties: { label: { type: 'string', enum: ['Tea', 'Coffee'] } } },
      render: (text: string) => [{ role: 'user', content: `Judge. ${text}` }],
      combine: false,
    } as unknown as Classifier;
    const texts = ['one conversation about tea', 'another one'];
    const asking = { classifiers: [classifier], models: ['default'], price: () => null };
    const tallies = new Tallies(asking, 5, async () => new Set(['c']));
    await tallies.add({
      rows: 5,
      skipped: [null, null, 'empty', null, null],
      asked: {
        texts: joinTexts(texts.map((text) => Buffer.from(text))),
        cutBytes: new Int32Array(2),
        textOf: [Int32Array.of(0, 1, -1, 0, 1)],
      },
      bytes: new Int32Array(5),
      keys: [['a', 'b', '', 'a', 'c']],
      carried: new Uint8Array(),
      ipc: null,
    });
    const [topic] = tallies.alone;
    assert.equal(topic!.calls, 2);
    assert.deepEqual([tallies.skipped, tallies.repeated, tallies.stored], [1, 1, 1]);
    const sum = (list: readonly string[]) => list.reduce((total, text) => total + countTokens(text), 0);
    assert.equal(topic!.promptTokens, sum(texts.map((text) => `Judge. ${text}`)) + 2 * 6);
    assert.equal(topic!.completionTokens, sum(['{"label":"Tea"}', '{"label":"Coffee"}']));
    assert.equal(topic!.mostCompletionTokens, 128);
    assert.equal(topic!.cost, null);
  });

  it('of many rows counts some by chance and is within 3 % of all, whatever their scripts and order', async () => {
    const scripts = [
      'words of a chat ',
      '質問があります。',
      'ሰላም እንደምን ',
      '7f3a9c04e1b2',
      'Как испечь хлеб? ',
    ];
    const texts = Array.from({ length: 12_000 }, (_, row) => {
      // In blocks, so that the first rows are not like the others.
      const script = scripts[Math.floor(row / 2_400)]!;
      return script.repeat(1 + ((row * 7) % 23));
    });
    const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
    const classifier = {
      name: 'topic',
      maxOutputTokens: 64,
      responseSchema: {},
      render: (text: string) => [{ role: 'user', content: text }],
    } as unknown as Classifier;
    const asking = { classifiers: [classifier], models: ['default'], price: () => null };
    const tallies = new Tallies(asking, texts.length, null);
    await tallies.add({
      rows: texts.length,
      skipped: texts.map(() => null),
      asked: {
        texts: joinTexts(texts.map((text) => Buffer.from(text))),
        cutBytes: new Int32Array(texts.length),
        textOf: [Int32Array.from(texts, (_, row) => row)],
      },
      bytes: new Int32Array(texts.length),
      keys: [texts.map((text, row) => hash(`${row} ${text}`))],
      carried: new Uint8Array(),
      ipc: null,
    });
    const exact = texts.reduce((sum, text) => sum + countTokens(text) + 6, 0);
    const { promptTokens } = tallies.alone[0]!;
    assert(Math.abs(promptTokens - exact) < 0.03 * exact, `${promptTokens} for ${exact}`);
  });
});

describe('a preview', () => {
  const answer = (label: string) => ({ label, status: 'ok', error_code: null });

  it('shows the label, else the last output, else what went wrong, and the start of the conversation', () => {
    const text = previewTable(
      [
        { messages: '[{"role":"user","content":"Hello\\u001b[31m there"}]' },
        { messages: 'plain text' },
        { messages: [{ role: 'user', content: 'x'.repeat(99) }] },
      ],
      [
        { topic: answer('Health'), score: { a: 1, score: 2, status: 'ok', error_code: null } },
        {
          topic: { label: null, status: 'failed', error_code: 'deadline' },
          score: { a: 1, score: -3, status: 'ok', error_code: null },
        },
        { topic: answer('Travel'), score: { a: null, score: null, status: 'skipped', error_code: 'empty' } },
      ],
      'messages',
      ['topic', 'score'],
    );
    assert.deepEqual(text.split('\n'), [
      'topic               score             conversation',
      'Health              2                 Hello [31m there',
      '(failed: deadline)  -3                plain text',
      `Travel              (skipped: empty)  ${'x'.repeat(43)}…`,
    ]);
  });
});
