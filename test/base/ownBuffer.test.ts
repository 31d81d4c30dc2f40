import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillBuffer, release } from '../../src/base/ownBuffer.ts';

test('bytes that fill most of their buffer are let go with it', () => {
  const message = new Uint8Array(200_000);
  const body = message.subarray(100);
  assert.ok(fillBuffer(body));
  release(body);
  assert.equal(body.length, 0);
  assert.equal(message.buffer.byteLength, 0);
});

test('a buffer that others may share stays', () => {
  for (const bytes of [
    Buffer.from('a small message'),
    new Uint8Array(200_000).subarray(0, 90_000),
    new Uint8Array(new SharedArrayBuffer(200_000)),
  ]) {
    const { length } = bytes;
    assert.equal(fillBuffer(bytes), false);
    release(bytes);
    assert.equal(bytes.length, length);
  }
});
