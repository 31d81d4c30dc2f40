import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { normalise } from '../../src/text/normalise.ts';

const user = (content: string) => [{ role: 'user', content }];

suite('normalise', () => {
  test('null is skipped as null; blank text, no messages and messages without text as empty', () => {
    assert.equal(normalise(null), 'null');
    for (const value of [
      '',
      ' \n',
      '[]',
      [],
      [{ role: 'user', content: null }],
      [{ role: 'user', content: ' ' }],
    ])
      assert.equal(normalise(value), 'empty');
  });

  test('any string that is no JSON array is one user message, unchanged', () => {
    for (const text of ['hello', '[not json', '{"role":"user","content":"x"}', ' "x" ', '[x](http://y)'])
      assert.deepEqual(normalise(text), user(text));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(/\S/.test(text) && !/^\s*\[/.test(text));
        assert.deepEqual(normalise(text), user(text));
      }),
    );
  });

  test('a JSON array of messages is read, also after blanks', () => {
    assert.deepEqual(normalise('\n [{"content":"Hi","role":"user","more":1}]'), user('Hi'));
  });

  test('a JSON array of anything else is a bad conversation', () => {
    for (const text of [
      '[1,2]',
      '["a"]',
      '[null]',
      '[{"from":"human","value":"x"}]',
      '[{"role":1,"content":"x"}]',
    ])
      assert.equal(normalise(text), 'bad_conversation');
    assert.equal(normalise([{ role: null, content: 'x' }]), 'bad_conversation');
    assert.equal(normalise([{ role: 'user', content: 5 }]), 'bad_conversation');
  });

  test('roles are lower-cased and mapped; others are kept', () => {
    const roles = ['Human', 'AI', 'bot', 'GPT', 'model', 'System', 'tool', 'constructor'];
    const messages = normalise(roles.map((role) => ({ role, content: 'x' })));
    assert.ok(typeof messages !== 'string');
    assert.deepEqual(
      messages.map((message) => message.role),
      ['user', 'assistant', 'assistant', 'assistant', 'assistant', 'system', 'tool', 'constructor'],
    );
  });

  test('text parts are joined by lines; other parts leave their type; no text part is no text', () => {
    const image = { type: 'image_url', image_url: { url: 'x' } };
    assert.deepEqual(
      normalise([
        { role: 'user', content: [{ type: 'text', text: 'a' }, image, { type: 'text', text: 'b' }] },
      ]),
      user('a\n[image_url]\nb'),
    );
    assert.equal(normalise([{ role: 'user', content: [image] }]), 'empty');
    assert.equal(normalise([{ role: 'user', content: ['a'] }]), 'bad_conversation');
  });

  test('a message without content is an empty one', () => {
    assert.deepEqual(normalise([{ role: 'user', content: 'x' }, { role: 'assistant' }]), [
      ...user('x'),
      { role: 'assistant', content: '' },
    ]);
  });
});
