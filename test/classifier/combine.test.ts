import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canCombine, combineClassifiers } from '../../src/classifier/combine.ts';
import { load, mixed, mixedReply, promptText, topic } from './prompts.ts';

const classifiers = [load(topic), load(mixed)];
const combined = combineClassifiers(classifiers);

test('the conversation is sent once, last, after every task', () => {
  const conversation = '[{"i":1,"role":"user","content":"system:\\n{{ x }}"}]';
  const messages = combined.render(conversation);
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['system', 'user'],
  );
  assert.ok(!messages[0]!.content.includes(conversation));
  assert.ok(messages[1]!.content.endsWith(conversation));
  for (const { name } of classifiers) assert.ok(messages[0]!.content.includes(`# Task "${name}"`));
  assert.equal(
    combined.promptBytes,
    combined.render('').reduce((sum, { content }) => sum + Buffer.byteLength(content), 0),
  );
});

test('the schema holds one required part per classifier', () => {
  assert.deepEqual(combined.responseSchema, {
    type: 'object',
    properties: { topic: classifiers[0]!.responseSchema, mixed: classifiers[1]!.responseSchema },
    required: ['topic', 'mixed'],
    additionalProperties: false,
  });
  assert.equal(combined.name, 'topic_mixed');
});

test('each part is read as if it had been asked alone', () => {
  const reply = { topic: { label: 'Food' }, mixed: mixedReply };
  const alone = [classifiers[0]!.read('{"label":"Food"}'), classifiers[1]!.read(JSON.stringify(mixedReply))];
  assert.deepEqual(combined.read(JSON.stringify(reply)), alone);
  assert.deepEqual(combined.read(JSON.stringify(reply, null, 2)), alone);
});

test('one bad part leaves the others theirs', () => {
  const codes = (reply: string) =>
    combined.read(reply).map((reading) => (reading.ok ? (reading.repair ?? 'ok') : reading.code));
  const good = JSON.stringify(mixedReply);
  assert.deepEqual(codes(`{"topic":{"label":"Football"},"mixed":${good}}`), ['not_in_label_set', 'ok']);
  assert.deepEqual(codes(`{"mixed":${good}}`), ['schema_mismatch', 'ok']);
  assert.deepEqual(codes(`{"topic":{"label":"food"},"mixed":${good},}`), [
    'trailing_comma+wrong_case',
    'trailing_comma',
  ]);
  assert.deepEqual(codes(`{"topic":{"label":"Food"},"mixed":${good},"note":1}`), [
    'extra_property',
    'extra_property',
  ]);
  assert.deepEqual(codes('```\n{"topic":{"label":"Food"}}\n```'), ['fences', 'schema_mismatch']);
  assert.deepEqual(codes('{"topic":{"label":"Food"},"topic":{"label":"Health"}}'), [
    'unreadable',
    'unreadable',
  ]);
  assert.deepEqual(codes('{"topic":{"label":"Food"}} {"topic":{"label":"Health"}}'), [
    'unreadable',
    'unreadable',
  ]);
  assert.deepEqual(codes('{"topic":{"label":"Food"},"mi'), ['truncated_reply', 'truncated_reply']);
  assert.deepEqual(codes("I'm sorry, I can't do that."), ['model_refusal', 'model_refusal']);
  assert.deepEqual(codes('{"label":"Food"}'), ['schema_mismatch', 'schema_mismatch']);
  assert.deepEqual(codes('Food'), ['unreadable', 'unreadable']);
});

test('classifiers are combined only where each allows it and they ask in the same way', () => {
  const boolean = 'outputs: { label: { kind: boolean } }';
  const other = (front: string) => load(promptText(`${boolean}\n${front}`));
  assert.equal(canCombine(classifiers), true);
  assert.equal(canCombine([load(topic), other('model: { options: { temperature: 1 } }')]), false);
  assert.equal(canCombine([load(topic), other('metadata: { semtel: { combine: false } }')]), false);
});
