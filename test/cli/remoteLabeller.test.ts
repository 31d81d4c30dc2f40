import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { emptyLedger } from '../../src/base/ledger.ts';
import { openScope } from '../../src/base/scope.ts';
import { remoteLabeller } from '../../src/cli/run/remoteLabeller.ts';
import type { InputBatch } from '../../src/files/read/batches.ts';
import type { SemtelClient } from '../../src/server/client.ts';
import { fakeClock } from '../fakeClock.ts';

const batch: InputBatch = {
  ipc: Uint8Array.of(7),
  rows: 1,
  input: {
    path: 'a',
    conversation: 'messages',
    id: 'id',
    async *read() {},
  },
};
const asked = {
  classifiers: ['topic'],
  model: '',
  jobId: 'j',
  refresh: false,
  combine: false,
  maxCost: 0,
  maxTokens: 0,
};
const overloaded = (retryAfterMs?: number) =>
  new SemtelError('overloaded', 'full', {
    retryable: true,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

async function remote(failures: readonly SemtelError[], known = ['topic']) {
  const clock = fakeClock();
  const scope = openScope(clock);
  const sentAt: number[] = [];
  const left = [...failures];
  const client = {
    listClassifiers: async () => known.map((name) => ({ name, digest: 'd', model: 'm' })),
    classify: async (_: unknown, { ipc, rowCount }: { ipc: Uint8Array; rowCount: number }) => {
      sentAt.push(clock.now());
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      return { batch: { ipc, rowCount }, ledger: emptyLedger() };
    },
    close() {},
  } as unknown as SemtelClient;
  const options = { client, target: 'h:1', clock, random: () => 1, onWait() {} };
  return { clock, scope, sentAt, labeller: await remoteLabeller(options, asked, scope) };
}

describe('labelling through a server', () => {
  it('knows digest and model of what it asks for', async () => {
    const { labeller } = await remote([]);
    assert.deepEqual(labeller.classifiers, [{ name: 'topic', digest: 'd', model: 'm' }]);
  });

  it('is refused before anything is sent when the server lacks a classifier', async () => {
    await assert.rejects(remote([], ['expertise']), /h:1 has no classifier "topic"; it has: expertise\./);
  });

  it('sends a batch again after as long as the server says, else with growing pauses of at most 5 s', async () => {
    const { clock, scope, sentAt, labeller } = await remote([
      overloaded(1234),
      ...Array.from({ length: 7 }, () => overloaded()),
    ]);
    const answer = labeller.label(batch, scope);
    while (await clock.next());
    assert.equal((await answer).rows, 1);
    const pauses = sentAt.slice(1).map((at, index) => at - sentAt[index]!);
    assert.deepEqual(pauses, [1234, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it('gives up on a server that stays away', async () => {
    const { clock, scope, labeller } = await remote(Array.from({ length: 1000 }, () => overloaded()));
    const answer = assert.rejects(labeller.label(batch, scope), { kind: 'overloaded' });
    while (await clock.next());
    await answer;
    assert(clock.now() >= 600_000 && clock.now() < 610_000);
  });

  it('sends once more after an internal error, and not again', async () => {
    const internal = new SemtelError('internal', 'x');
    const { clock, scope, sentAt, labeller } = await remote([internal, internal]);
    const answer = assert.rejects(labeller.label(batch, scope), { kind: 'internal' });
    while (await clock.next());
    await answer;
    assert.equal(sentAt.length, 2);
  });

  it('does not repeat what cannot get better', async () => {
    const { scope, sentAt, labeller } = await remote([new SemtelError('bad_option', 'x')]);
    await assert.rejects(labeller.label(batch, scope), { kind: 'bad_option' });
    assert.equal(sentAt.length, 1);
  });

  it('stops waiting when interrupted', async () => {
    const { clock, scope, labeller } = await remote([overloaded(60_000)]);
    const answer = assert.rejects(labeller.label(batch, scope), { kind: 'cancelled' });
    await clock.advance(10);
    scope.end(new SemtelError('cancelled', 'Interrupted.'));
    await answer;
    assert.equal(clock.pending, 0);
  });
});
