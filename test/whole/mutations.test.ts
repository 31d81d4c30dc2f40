import assert from 'node:assert/strict';
import { test } from 'node:test';
import { built } from '../../scripts/chaos/mutations/built.ts';
import { type Call, plainCall } from '../../scripts/chaos/mutations/call.ts';
import { callOf } from '../../scripts/chaos/mutations/calls.ts';
import { readCorpus } from '../../scripts/chaos/mutations/corpus.ts';
import { faultOf } from '../../scripts/chaos/mutations/judge.ts';
import { send } from '../../scripts/chaos/mutations/send.ts';
import { openSession } from '../../scripts/soak/rawGrpc.ts';
import { classifierService } from '../../src/server/proto.ts';
import { batchOf, withStack } from './stack.ts';

/** Sends the calls at once to one server, which answers a clean batch afterwards; `judge` is given how each ended. */
async function sendAll<Each>(
  all: readonly Each[],
  callIn: (each: Each) => Call,
  judge: (each: Each, ending: Awaited<ReturnType<typeof send>>) => void,
): Promise<void> {
  await withStack({ answers: 'hash' }, async ({ address, client }) => {
    const session = openSession(address);
    const endings = await Promise.all(all.map((each) => send(session, callIn(each))));
    session.destroy();
    for (const [index, ending] of endings.entries()) {
      const each = all[index]!;
      assert.equal(faultOf(callIn(each), ending), undefined, callIn(each).what);
      judge(each, ending);
    }
    const { ledger } = await client.classify({ classifiers: ['topic'], jobId: 'clean' }, batchOf(['a', 'b']));
    assert.equal(ledger.ok, 2);
  });
}

test('every kept mutation ends as it did, with a code of the contract or a whole answer', () =>
  sendAll(
    readCorpus(new URL('./corpus/mutations.jsonl', import.meta.url)),
    ({ call }) => call,
    ({ name, status, error }, ending) =>
      assert.deepEqual([ending.status, ending.error], [status, error], name),
  ));

test('batches that cost their reader far more than their sender end likewise', () =>
  sendAll(
    Object.entries(built).map(([name, make]) => {
      const { ipc, rowCount } = make();
      const request = { options: { classifiers: ['topic'] }, batch: { ipc, row_count: rowCount } };
      return plainCall(name, classifierService.Classify.path, [
        classifierService.Classify.requestSerialize(request),
      ]);
    }),
    (call) => call,
    () => {},
  ));

test('so do the first of a new run', () =>
  sendAll(
    Array.from({ length: 150 }, (_, index) => callOf(2, index)),
    (call) => call,
    () => {},
  ));
