import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  noRateHeaders,
  type ReadHeader,
  readRateHeaders,
  readRetryAfterMs,
} from '../../src/llm/http/headers.ts';

type Read = readonly [limit: number | null, remaining: number | null];

/** The headers of one reply as a provider sends them, and what is to be read from them; left out: nothing. */
interface Shape {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requests?: Read;
  readonly tokens?: Read;
  readonly retryAfterMs?: number;
}

const from =
  (headers: Readonly<Record<string, string>>): ReadHeader =>
  (name) =>
    headers[name] ?? null;
const quota = ([limit, remaining]: Read = [null, null]) => ({ limit, remaining });

const folder = new URL('./fixtures/headers/', import.meta.url);
for (const file of readdirSync(folder)) {
  const shapes = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly Shape[];
  for (const { name, headers, requests, tokens, retryAfterMs = null } of shapes) {
    test(`headers of ${file.replace('.json', '')}: ${name}`, () => {
      assert.deepEqual(readRateHeaders(from(headers)), { requests: quota(requests), tokens: quota(tokens) });
      assert.equal(readRetryAfterMs(from(headers)), retryAfterMs);
    });
  }
}

test('without headers there is nothing to read', () => {
  assert.deepEqual(readRateHeaders(from({})), noRateHeaders);
  assert.equal(readRetryAfterMs(from({})), null);
});

test('property: whatever headers hold, what is read is a number that can be used or null', () => {
  const usable = (value: number | null) => value === null || (value >= 0 && Number.isFinite(value));
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.array(fc.integer(), { maxLength: 4 }).map((several) => several.join(', ')),
  );
  fc.assert(
    fc.property(value, (text) => {
      const { requests, tokens } = readRateHeaders(() => text);
      const read = [requests.limit, requests.remaining, tokens.limit, tokens.remaining];
      assert.ok([...read, readRetryAfterMs(() => text)].every(usable));
      assert.ok(requests.limit !== 0 && tokens.limit !== 0);
    }),
    { numRuns: 10_000 },
  );
});
