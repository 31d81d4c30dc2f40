import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Truncation } from '../../src/base/conversation.ts';
import { conversationJson } from '../../src/text/conversation.ts';
import { strategies } from '../../src/text/shares.ts';
import { countTokens } from '../../src/text/tokens.ts';
import { truncate } from '../../src/text/truncate.ts';

const page = readFileSync(new URL('../../docs/truncation.md', import.meta.url), 'utf8');

/** The messages of the first block after `heading`. */
function blockAfter(heading: string) {
  const after = page.slice(page.indexOf(heading) + heading.length);
  const [, lines = ''] = /```\n([^`]+)\n```/.exec(after) ?? [];
  return JSON.parse(`[${lines.replaceAll('\n', ',')}]`);
}

test('the page on long conversations shows what each strategy keeps', () => {
  const conversation = blockAfter('## The strategies');
  const full = conversationJson(conversation);
  const [, tokens, maxTokens] = /This conversation of (\d+) tokens, cut to (\d+):/.exec(page) ?? [];
  assert.equal(countTokens(full), Number(tokens));
  for (const strategy of Object.keys(strategies) as Truncation['strategy'][])
    assert.deepEqual(
      JSON.parse(truncate(conversation, full, { maxTokens: Number(maxTokens), strategy })),
      blockAfter(`### \`${strategy}\``),
      strategy,
    );
});
