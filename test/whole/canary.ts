import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The API key of every endpoint in these tests, and a client's token: neither may turn up in anything that comes out. */
export const apiKey = 'sk-canary-7QmX2vLrT9';
export const token = 'tk-canary-4HnZ8wPbK3';
const secrets = [apiKey, token];

/** Something that came out of semtel, and what it was. */
export type Captured = readonly [what: string, content: string | Uint8Array];

function holds(content: string | Uint8Array, needle: string): boolean {
  return typeof content === 'string'
    ? content.includes(needle)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes(needle);
}

/** Fails where a secret turned up. */
export function assertNoSecret(captured: Iterable<Captured>): void {
  for (const [what, content] of captured)
    for (const secret of secrets) assert(!holds(content, secret), `a secret is in the ${what}`);
}

/** Enough of a text to know it by. */
const piece = 24;

/**
 * Fails where words of conversations turned up. Texts too short to be known by, JSON as an answer is, and zeros, of
 * which any file of a database has many, are let pass.
 */
export function assertNoText(captured: Iterable<Captured>, texts: Iterable<string>): void {
  const pieces = new Set<string>();
  for (const text of texts)
    if (text.length >= piece && !/^(?:\{|\0{2})/.test(text)) pieces.add(text.slice(0, piece).toWellFormed());
  for (const [what, content] of captured)
    for (const text of pieces)
      assert(!holds(content, text), `"${text}…" of a conversation is in the ${what}`);
}

/** The files below a folder, but those whose names are given. */
export function* filesIn(folder: string, but: readonly string[] = []): Generator<Captured> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || but.includes(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    yield [`file ${entry.name}`, readFileSync(path)];
  }
}
