import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyLedger } from '../../src/base/ledger.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { capacityOf } from '../../src/cli/estimate/capacity.ts';
import { secondsByQuota, spendingWords, tokens } from '../../src/cli/estimate/estimate.ts';
import { Tallies } from '../../src/cli/estimate/tally.ts';
import { previewTable, restOf } from '../../src/cli/run/preview.ts';
import type { EndpointView } from '../../src/llm/call.ts';
import { countTokens } from '../../src/text/tokens.ts';

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
    assert.deepEqual(restOf(ledger, 200), {
      calls: 300,
      promptTokens: 10_000,
      completionTokens: 1000,
      cost: 5,
    });
    assert.deepEqual(restOf(emptyLedger(), 200), { calls: 0, promptTokens: 0, completionTokens: 0, cost: 0 });
  });

  it('counts each different question once, and skipped rows never', () => {
    const classifier = {
      name: 'topic',
      maxOutputTokens: 64,
      render: (text: string) => [{ role: 'user', content: `Judge. ${text}` }],
      combine: false,
    } as unknown as Classifier;
    const texts = ['one conversation about tea', 'another one'];
    const tallies = new Tallies([classifier]);
    tallies.add({
      rows: 4,
      skipped: [null, null, 'empty', null],
      texts,
      textBytes: Int32Array.from(texts, (text) => text.length),
      cutBytes: new Int32Array(2),
      textOf: [Int32Array.of(0, 1, -1, 0)],
      keys: [['a', 'b', '', 'a']],
      carried: new Uint8Array(),
    });
    const [topic] = tallies.alone;
    assert.equal(topic!.calls, 2);
    assert.equal(tallies.skipped, 1);
    assert.equal(topic!.completionTokens, 128);
    const exact = texts.reduce((sum, text) => sum + countTokens(text), 0) + 2 * (countTokens('Judge. ') + 6);
    assert(Math.abs(topic!.promptTokens - exact) <= 2);
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
