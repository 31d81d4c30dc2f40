import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import type { Scope } from '../../src/base/scope.ts';
import { type ClientOptions, connect, type SemtelClient } from '../../src/server/client.ts';
import type { GrpcServerOptions } from '../../src/server/grpcServer.ts';
import type { Exchange, ExchangeResult, Service } from '../../src/service/exchange.ts';
import { withServer } from './doors.ts';
import { batchOf, echo, textsOf } from './fakeService.ts';

const batch = { ipc: batchOf(['a', 'b']), rowCount: 2 };

async function withClient(
  service: Partial<Service>,
  work: (client: SemtelClient) => Promise<void>,
  server: Partial<GrpcServerOptions> = {},
  options: ClientOptions = {},
) {
  await withServer(
    service,
    async (dialled) => {
      const client = connect(dialled.server.address, options);
      try {
        await work(client);
      } finally {
        client.close();
      }
    },
    server,
  );
}

const kindOf = (work: Promise<unknown>): Promise<SemtelError> =>
  work.then(
    () => assert.fail('it should have failed'),
    (error) => {
      assert.ok(error instanceof SemtelError);
      return error;
    },
  );

test('a client classifies and asks for classifiers and jobs', async () => {
  const seen: Exchange[] = [];
  const classify = async (exchange: Exchange) => {
    seen.push(exchange);
    return echo(exchange);
  };
  const tokens = [{ name: 'nightly', token: 'secret', weight: 3 }];
  await withClient(
    { classify },
    async (client) => {
      const answer = await client.classify({ classifiers: ['topic'], id: 'key', jobId: 'j' }, batch);
      assert.deepEqual(textsOf(answer.batch.ipc, 'topic'), ['topic:a', 'topic:b']);
      assert.equal(answer.batch.rowCount, 2);
      assert.equal(answer.ledger.ok, 2);
      assert.equal(seen[0]?.options.id, 'key');
      assert.equal(seen[0]?.options.jobId, 'j');
      assert.equal((await client.listClassifiers()).length, 2);
      assert.equal((await client.describeClassifier('topic')).name, 'topic');
      assert.equal((await client.getJob('nightly')).rowsWaiting, 2);
      assert.equal((await client.cancelJob('nightly')).state, 'CANCELLED');
    },
    { tokens },
    { token: 'secret' },
  );
});

test('a refused batch is the kind the server named, with its wait', async () => {
  const classify = async () => {
    throw new SemtelError('overloaded', 'Full.', { retryAfterMs: 70 });
  };
  await withClient({ classify }, async (client) => {
    const error = await kindOf(client.classify({ classifiers: ['topic'] }, batch));
    assert.deepEqual([error.kind, error.retryable, error.retryAfterMs], ['overloaded', true, 70]);
    assert.equal((await kindOf(client.describeClassifier('x'))).kind, 'unknown_classifier');
    assert.equal((await kindOf(client.getJob('x'))).retryable, false);
  });
});

test('a server that is not there is unreachable, and may be tried again', async () => {
  const client = connect('127.0.0.1:1');
  const error = await kindOf(client.listClassifiers());
  client.close();
  assert.deepEqual([error.kind, error.retryable], ['unreachable', true]);
  assert.match(error.message, /127\.0\.0\.1:1/);
});

test('abort, timeout and size come back as their kinds', async () => {
  const classify = (_exchange: Exchange, scope: Scope) =>
    new Promise<ExchangeResult>((_, reject) => void scope.onEnd(reject));
  await withClient({ classify }, async (client) => {
    const abort = new AbortController();
    const options = { classifiers: ['topic'] };
    const aborted = client.classify(options, batch, { signal: abort.signal });
    abort.abort();
    assert.equal((await kindOf(aborted)).kind, 'cancelled');
    assert.equal((await kindOf(client.classify(options, batch, { signal: abort.signal }))).kind, 'cancelled');
    assert.equal((await kindOf(client.classify(options, batch, { timeoutMs: 30 }))).kind, 'not_admitted');
    const large = { ipc: new Uint8Array(2 << 20), rowCount: 1 };
    assert.equal((await kindOf(client.classify(options, large))).kind, 'too_many_rows');
  });
});

test('a client says which option is unknown or out of bounds, and sends nothing', async () => {
  const asked: Exchange[] = [];
  const classify = async (exchange: Exchange) => {
    asked.push(exchange);
    return echo(exchange);
  };
  await withClient({ classify }, async (client) => {
    const mistyped = { classifiers: ['topic'], conversations: 'messages' };
    const unknown = await kindOf(client.classify(mistyped, batch));
    assert.equal(unknown.kind, 'bad_option');
    assert.match(unknown.message, /"conversations"; did you mean "conversation"\?/);
    const twice = await kindOf(client.classify({ classifiers: ['topic', 'topic'] }, batch));
    assert.match(twice.message, /"topic" is asked for twice/);
  });
  assert.equal(asked.length, 0);
});
