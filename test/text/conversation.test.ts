import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { canonical } from '../../src/text/canonical.ts';
import { conversationJson } from '../../src/text/conversation.ts';
import { keyMaker } from '../../src/text/key.ts';

const message = fc.record(
  { role: fc.string(), content: fc.string({ unit: 'binary' }) },
  { noNullPrototype: true },
);
const messages = fc.array(message, { maxLength: 6 });

suite('conversation as JSON', () => {
  test('holds every message unchanged, numbered from 1', () => {
    fc.assert(
      fc.property(messages, (list) => {
        assert.deepEqual(
          JSON.parse(conversationJson(list)),
          list.map((item, index) => ({ i: index + 1, ...item })),
        );
      }),
    );
  });

  test('is one line of valid UTF-8 whatever the text holds', () => {
    fc.assert(
      fc.property(messages, (list) => {
        const text = conversationJson(list);
        assert.ok(text.isWellFormed());
        assert.doesNotMatch(text, /[\n\r\u2028\u2029]/);
      }),
    );
    assert.equal(
      conversationJson([{ role: 'user', content: 'a\u2028\ud800' }]),
      '[{"i":1,"role":"user","content":"a\\u2028\\ud800"}]',
    );
  });

  test('a run left out is one note', () => {
    const list = ['a', 'b', 'c', 'd'].map((content) => ({ role: 'user', content }));
    assert.equal(
      conversationJson(list, ['a', null, null, 'd']),
      '[{"i":1,"role":"user","content":"a"},' +
        '{"i":null,"role":"note","content":"[2 messages left out]"},' +
        '{"i":4,"role":"user","content":"d"}]',
    );
  });
});

suite('canonical form and key', () => {
  test('is JSON of pairs; CRLF is LF, nothing else is changed', () => {
    assert.equal(
      canonical([{ role: 'user', content: 'a\r\nb\rc  "d"' }]),
      JSON.stringify([['user', 'a\nb\rc  "d"']]),
    );
  });

  test('differs where conversations differ', () => {
    fc.assert(
      fc.property(messages, messages, (a, b) => {
        const unix = (list: typeof a) => JSON.stringify(list).replaceAll('\\r\\n', '\\n');
        assert.equal(canonical(a) === canonical(b), unix(a) === unix(b));
      }),
    );
  });

  test('a key is the first 16 bytes of SHA-256 over length-prefixed digest, model and canonical form', () => {
    const parts = ['ab'.repeat(32), 'modèle', canonical([{ role: 'user', content: 'çava 😀' }])] as const;
    const hash = createHash('sha256');
    for (const part of parts) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(part));
      hash.update(length).update(part);
    }
    const [digest, model, form] = parts;
    const key = hash.digest().subarray(0, 16).toString('hex');
    assert.deepEqual(keyMaker([{ digest, model }])(form), { keys: [key], bytes: Buffer.byteLength(form) });
  });

  test('another digest or model is another key', () => {
    const scopes = [
      { digest: 'a', model: 'bc' },
      { digest: 'ab', model: 'c' },
      { digest: 'a', model: 'd' },
    ];
    assert.equal(new Set(keyMaker(scopes)('[]').keys).size, 3);
  });
});
