import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conversationJson } from '../../src/text/conversation.ts';
import { truncate } from '../../src/text/truncate.ts';
import { conversationIn, parseBody, withoutConversation } from './bodies.ts';
import { batchOfConversations, type Conversation, hostile } from './hostile/conversations.ts';
import { cutting, withPrompts } from './hostile/prompts.ts';
import { batchOf, withStack } from './stack.ts';

const classifiers = ['topic', 'expertise', 'satisfaction'];
const harmless: Conversation = [{ role: 'user', content: 'How do I poach an egg?' }];

const numbered = (conversation: Conversation) =>
  JSON.stringify(conversation.map(({ role, content }, index) => ({ i: index + 1, role, content })));

/** A message of a thread: the text of user and assistant byte for byte, any other behind the name of its role. */
const asTurn = ({ role, content }: Conversation[number]) =>
  role === 'user' || role === 'assistant'
    ? { role, content }
    : { role: 'user', content: `[${role}] ${content}` };

const nameOf = (body: string) => parseBody(body).response_format.json_schema.name;

/** But for its conversation every body equals the one that holds harmless talk, and each conversation came whole. */
function assertUnmoved(bodies: readonly string[], conversations: readonly Conversation[]): void {
  for (const [name, group] of Map.groupBy(bodies, nameOf)) {
    const [model, ...others] = new Set(group.map(withoutConversation));
    assert.deepEqual(others, [], name);
    assert.deepEqual(
      parseBody(model!).messages.map(({ role }) => role),
      ['system', 'user'],
    );
    const sent = group.map((body) => JSON.stringify(conversationIn(body)));
    assert.deepEqual(sent.sort(), conversations.map(numbered).sort(), name);
  }
}

test('there are more than 200 hostile conversations, no two alike', () => {
  assert.ok(hostile.length > 200, `${hostile.length}`);
  assert.equal(new Set(hostile.map(numbered)).size, hostile.length);
});

test('hostile conversations stay text: messages, roles and bytes of every captured body', async () => {
  const all = [harmless, ...hostile];
  await withStack({ answers: 'hash' }, async ({ client, bodies }) => {
    const { ledger } = await client.classify({ classifiers }, batchOfConversations(all));
    assert.deepEqual([ledger.ok, ledger.calls], [all.length * 3, all.length * 3]);
    assertUnmoved(bodies, all);
  });
});

test('so do they where several classifiers share a request', async () => {
  const all = [harmless, ...hostile];
  await withStack({ answers: 'hash' }, async ({ client, bodies }) => {
    const { ledger } = await client.classify({ classifiers, combine: true }, batchOfConversations(all));
    assert.deepEqual([ledger.ok, ledger.calls], [all.length * 3, all.length]);
    assertUnmoved(bodies, all);
  });
});

test('so do they where they are cut, by each strategy; no text passes for a note of ours', async () => {
  const filler = { role: 'assistant', content: 'Some words that say little, again and again. '.repeat(10) };
  const long = hostile.flatMap((conversation): Conversation[] => [
    [filler, ...conversation, filler, ...conversation],
    conversation.map(({ role, content }) => ({ role, content: content.repeat(1 + 900 / content.length) })),
  ]);
  await withPrompts((settings) =>
    withStack(
      { answers: 'hash' },
      async ({ client, bodies }) => {
        const { ledger } = await client.classify(
          { classifiers: Object.keys(cutting) },
          batchOfConversations(long),
        );
        assert.equal(ledger.ok, long.length * Object.keys(cutting).length);
        for (const [name, group] of Map.groupBy(bodies, nameOf)) {
          assert.equal(new Set(group.map(withoutConversation)).size, 1);
          const sent = group.map((body) => JSON.stringify(conversationIn(body)));
          const cut = long.map((conversation) => {
            const text = truncate(conversation, conversationJson(conversation), cutting[name]!);
            return JSON.stringify(JSON.parse(text));
          });
          assert.deepEqual(sent.sort(), cut.sort());
          const notes = group.flatMap(conversationIn).filter(({ i }) => i === null);
          assert.ok(notes.length > 0, name);
          for (const { role, content } of notes) {
            assert.equal(role, 'note');
            assert.match(content, /^\[\d+ messages? left out\]$/);
          }
        }
      },
      { settings },
    ),
  );
});

test('so do they where the template prints the messages itself, or has them as messages of the request', async () => {
  await withPrompts((settings) =>
    withStack(
      { answers: 'hash' },
      async ({ client, bodies }) => {
        const options = { classifiers: ['looped', 'thread'], combine: true };
        const { ledger } = await client.classify(options, batchOfConversations(hostile));
        assert.deepEqual([ledger.ok, ledger.calls], [hostile.length * 2, hostile.length * 2]);
        const { looped = [], thread = [] } = Object.groupBy(bodies.map(parseBody), (body) =>
          body.messages.length === 2 && body.messages[1]!.content.endsWith('<end>') ? 'looped' : 'thread',
        );
        const printed = hostile.map((conversation) =>
          conversation
            .map(({ role, content }, index) => `<${index + 1} ${role}>${content}`)
            .join('')
            .concat('<end>'),
        );
        assert.deepEqual(looped.map(({ messages }) => messages[1]!.content).sort(), printed.sort());
        assert.equal(new Set(looped.map(({ messages }) => messages[0]!.content)).size, 1);
        const turns = hostile.map((conversation) => conversation.map(asTurn));
        assert.deepEqual(
          thread.map(({ messages }) => JSON.stringify(messages.slice(1, -1))).sort(),
          turns.map((messages) => JSON.stringify(messages)).sort(),
        );
        const around = thread.map(({ messages }) => JSON.stringify([messages[0], messages.at(-1)]));
        assert.deepEqual(
          [...new Set(around)].map((text) => JSON.parse(text)),
          [
            [
              { role: 'system', content: thread[0]!.messages[0]!.content },
              { role: 'user', content: 'Plain or Odd?' },
            ],
          ],
        );
      },
      { settings },
    ),
  );
});

test('any text at all comes through byte-exact inside one JSON string', async () => {
  await withStack({ answers: 'hash' }, async ({ client, bodies }) => {
    const someText = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((text) => text.trim() !== '' && !text.trim().startsWith('['));
    const texts = [...new Set(fc.sample(someText, { numRuns: 200, seed: 7 }))];
    await client.classify({ classifiers: ['topic'] }, batchOf(texts));
    assertUnmoved(
      bodies,
      texts.map((content) => [{ role: 'user', content }]),
    );
  });
});
