import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { batchMessage, openCall, openSession, optionsMessage } from '../../scripts/soak/rawGrpc.ts';
import { classifierService } from '../../src/server/proto.ts';
import { until } from '../until.ts';
import { batchOf, type Stack, withStack } from './stack.ts';

const child = fileURLToPath(new URL('client.child.ts', import.meta.url));
const rows = 20;
/** Of them asked by another job as well: all of both are within what an endpoint of a told quota is given at first. */
const shared = 10;
/** Asked by that other job alone. */
const ownText = 'Nobody else asks this';
const texts = Array.from({ length: rows }, (_, row) => `Question ${row}`);
const askedBy = (jobId: string) => ({ classifiers: ['topic'], jobId });
const [mine, other] = [askedBy('mine'), askedBy('other')];
/** A second is promised, and a busy machine may take its time; calls that are not stopped take ten minutes. */
const stoppedMs = 5_000;

/** Somebody who asks all texts as the job `mine`, and stops. */
interface Asker {
  ask(): unknown;
  stop(): unknown;
}

const askers: Readonly<Record<string, (stack: Stack) => Promise<Asker>>> = {
  async 'a client that cancels its call'({ client }) {
    const abort = new AbortController();
    const ask = () => client.classify(mine, batchOf(texts), { signal: abort.signal }).catch(() => {});
    return { ask, stop: () => abort.abort() };
  },
  async 'a stream that is reset'({ address }) {
    const session = openSession(address);
    const call = openCall(session, classifierService.ClassifyStream.path);
    return {
      ask() {
        call.write(optionsMessage('mine'));
        call.write(batchMessage(batchOf(texts)));
      },
      stop() {
        call.close(8);
        session.close();
      },
    };
  },
  async 'a client whose process is killed'({ address }) {
    const process = fork(child, [address], { stdio: 'ignore' });
    await once(process, 'message');
    return { ask: () => process.send(texts), stop: () => process.kill('SIGKILL') };
  },
  async CancelJob({ client }) {
    const ask = () => client.classify(mine, batchOf(texts)).catch(() => {});
    return { ask, stop: () => client.cancelJob('mine') };
  },
};

describe('calls that nobody waits for any more are stopped within a second', () => {
  for (const [name, open] of Object.entries(askers)) {
    it(`${name}: all its calls, but those that another job waits for, too`, async () => {
      const work = async (stack: Stack) => {
        const { simulator, client, service } = stack;
        const { ask, stop } = await open(stack);
        const counts = () => simulator.stats().endpoints['']!;
        const waiting = (jobId: string) =>
          service.jobs().find((job) => job.jobId === jobId)?.rowsWaiting ?? 0;

        void ask();
        await until(() => waiting('mine') === rows && counts()?.in_flight === rows);
        const abort = new AbortController();
        const joined = client
          .classify(other, batchOf([...texts.slice(0, shared), ownText]), { signal: abort.signal })
          .catch(({ kind }) => kind);
        // Its last question comes after those that join in: once it is asked, they have joined.
        await until(() => waiting('other') === shared + 1 && counts().in_flight === rows + 1);

        const endedMs = performance.now();
        await stop();
        await until(() => counts().aborted >= rows - shared);
        assert(performance.now() - endedMs < stoppedMs);
        await client.getJob('other');
        assert.deepEqual([counts().in_flight, counts().aborted], [shared + 1, rows - shared]);
        abort.abort();
        assert.equal(await joined, 'cancelled');
        await until(() => counts().in_flight === 0);
        assert.equal(counts().requests, rows + 1);
      };
      await withStack({ answers: 'hash', latency_ms: 600_000 }, work, { endpoint: ', rpm: 1000000' });
    });
  }
});
