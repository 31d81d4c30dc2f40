import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ExchangeErrorKind, SemtelError } from '../../src/base/error.ts';
import type { Scope } from '../../src/base/scope.ts';
import { classifierService } from '../../src/server/proto.ts';
import type { Exchange, ExchangeResult } from '../../src/service/exchange.ts';
import { until } from '../until.ts';
import { type Dialled, withServer } from './doors.ts';
import { batchOf, echo, textsOf } from './fakeService.ts';
import { rawStream } from './rawStream.ts';

const request = (texts: string[], options: object = { classifiers: ['topic'] }) => ({
  options,
  batch: { ipc: batchOf(texts), row_count: texts.length },
});

const { Classify, ClassifyStream, ListClassifiers, DescribeClassifier, GetJob, CancelJob } =
  classifierService;

async function errorOf(work: Promise<unknown>): Promise<ServiceError> {
  return work.then(
    () => assert.fail('it should have failed'),
    (error) => error,
  );
}

test('Classify hands over options, batch, declared rows and peer, and gives the answer and its ledger back', async () => {
  const seen: Exchange[] = [];
  const classify = async (exchange: Exchange) => {
    seen.push(exchange);
    return echo(exchange);
  };
  await withServer({ classify }, async ({ unary }) => {
    const response = await unary(
      Classify,
      request(['a', 'b'], { classifiers: ['topic', 'expertise'], job_id: 'j' }),
    );
    assert.deepEqual(textsOf(response.batch.ipc, 'expertise'), ['expertise:a', 'expertise:b']);
    assert.equal(response.batch.row_count, 2);
    assert.equal(response.ledger.ok, 4);
    assert.equal(response.ledger.cost, 0.25);
    assert.equal(seen[0]?.rowCount, 2);
    assert.equal(seen[0]?.options.jobId, 'j');
    assert.equal(seen[0]?.peer, '127.0.0.1');
    assert.equal(seen[0]?.door, 'grpc');
  });
});

test('classifiers and jobs are listed, described, found and cancelled', async () => {
  await withServer({}, async ({ unary }) => {
    const { classifiers } = await unary(ListClassifiers, {});
    assert.deepEqual(
      classifiers.map(({ name }) => name),
      ['topic', 'expertise'],
    );
    const topic = await unary(DescribeClassifier, { name: 'topic' });
    assert.equal(topic.outputs[0]?.labels[0]?.definition, 'Body.');
    assert.ok(topic.schema_ipc.length > 0);
    const found = await unary(GetJob, { job_id: 'nightly' });
    assert.equal(found.state, 'ACTIVE');
    assert.equal(found.ledger.ok, 3);
    assert.equal(found.rows_waiting, 2);
    assert.equal((await unary(CancelJob, { job_id: 'nightly' })).state, 'CANCELLED');
  });
});

const table: readonly [ExchangeErrorKind, status][] = [
  ['bad_arrow', status.INVALID_ARGUMENT],
  ['row_count', status.INVALID_ARGUMENT],
  ['missing_column', status.INVALID_ARGUMENT],
  ['column_type', status.INVALID_ARGUMENT],
  ['bad_option', status.INVALID_ARGUMENT],
  ['too_many_rows', status.INVALID_ARGUMENT],
  ['unknown_classifier', status.NOT_FOUND],
  ['unknown_model', status.NOT_FOUND],
  ['unknown_job', status.NOT_FOUND],
  ['endpoints_rejected', status.FAILED_PRECONDITION],
  ['overloaded', status.UNAVAILABLE],
  ['draining', status.UNAVAILABLE],
  ['cancelled', status.CANCELLED],
  ['not_admitted', status.DEADLINE_EXCEEDED],
  ['internal', status.INTERNAL],
];

test('every kind of error has its gRPC code and its trailer, in both ways to classify', async () => {
  let kind: ExchangeErrorKind = 'internal';
  const classify = async (): Promise<ExchangeResult> => {
    throw new SemtelError(kind, `words: ${kind} \ud800`, { retryAfterMs: 1234.5 });
  };
  await withServer({ classify }, async ({ unary, stream }) => {
    for (const [next, code] of table) {
      kind = next;
      const call = stream(ClassifyStream);
      call.write({ options: { classifiers: ['topic'] } });
      call.write({ batch: { ipc: batchOf(['a']), row_count: 1 } });
      for (const error of [await errorOf(unary(Classify, request(['a']))), await errorOf(call.next())]) {
        assert.equal(error.code, code, kind);
        assert.deepEqual(error.metadata.get('semtel-error'), [kind]);
        assert.match(error.details, new RegExp(`words: ${kind}`));
        const pushback = code === status.UNAVAILABLE ? ['1235'] : [];
        assert.deepEqual(error.metadata.get('grpc-retry-pushback-ms'), pushback);
      }
    }
  });
});

test('an unexpected error is INTERNAL; where it arose is logged, its words are neither logged nor told', async () => {
  const logged: unknown[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (...words: unknown[]) => void logged.push(words) };
  const classify = () => {
    throw new TypeError('secret path /etc');
  };
  await withServer(
    { classify },
    async ({ unary }) => {
      const error = await errorOf(unary(Classify, request(['a'])));
      assert.equal(error.code, status.INTERNAL);
      assert.deepEqual(error.metadata.get('semtel-error'), ['internal']);
      assert.doesNotMatch(error.details, /secret/);
      assert.match(JSON.stringify(logged), /classifyDoor\.test\.ts:/);
      assert.doesNotMatch(JSON.stringify(logged), /secret path/);
    },
    { log },
  );
});

test('exchanges are counted by door and code', async () => {
  const counts: object[] = [];
  const metrics = {
    count: (name: string, labels: object) => {
      if (name === 'semtel_exchanges_total') counts.push(labels);
    },
    seconds() {},
    gauge() {},
  };
  await withServer(
    {},
    async ({ unary }) => {
      await unary(Classify, request(['a']));
      await errorOf(unary(Classify, request(['a'], { classifiers: [] })));
      assert.deepEqual(counts, [
        { door: 'grpc', code: 'OK' },
        { door: 'grpc', code: 'INVALID_ARGUMENT' },
      ]);
    },
    { metrics },
  );
});

test('a request without batch or that is no message at all is INVALID_ARGUMENT', async () => {
  await withServer({}, async ({ unary, stream }) => {
    const empty = await errorOf(unary(Classify, { options: null, batch: null }));
    assert.deepEqual(empty.metadata.get('semtel-error'), ['bad_arrow']);
    const garbage = { requestSerialize: () => Buffer.from('0aff01', 'hex') };
    const error = await errorOf(unary({ ...Classify, ...garbage }, request(['a'])));
    assert.equal(error.code, status.INVALID_ARGUMENT);
    assert.deepEqual(error.metadata.get('semtel-error'), ['bad_option']);
    const call = stream({ ...ClassifyStream, ...garbage });
    call.write({});
    assert.equal((await errorOf(call.next())).code, status.INVALID_ARGUMENT);
  });
});

test('a message over the limit is RESOURCE_EXHAUSTED', async () => {
  await withServer({}, async ({ unary }) => {
    const ipc = new Uint8Array(2 << 20);
    const error = await errorOf(unary(Classify, { options: {}, batch: { ipc, row_count: 1 } }));
    assert.equal(error.code, status.RESOURCE_EXHAUSTED);
  });
});

const streamOf = (dialled: Dialled, batches: readonly string[][]) => {
  const call = dialled.stream(ClassifyStream);
  call.write({ options: { classifiers: ['topic'] } });
  for (const texts of batches) call.write({ batch: { ipc: batchOf(texts), row_count: texts.length } });
  return call;
};

test('a stream answers every batch once, in the order sent, when later ones are ready first', async () => {
  const waiting: (() => void)[] = [];
  const classify = (exchange: Exchange) =>
    new Promise<ExchangeResult>((resolve) => {
      waiting.push(() => resolve(echo(exchange)));
      // The last ones of every four are answered first.
      if (waiting.length === 4) for (const answer of waiting.splice(0).reverse()) answer();
    });
  await withServer({ classify }, async (dialled) => {
    const batches = Array.from({ length: 12 }, (_, i) => [`row ${i}`]);
    const call = streamOf(dialled, batches);
    call.end();
    for (const [text] of batches) {
      const answer = await call.next();
      assert.deepEqual(textsOf(answer!.batch.ipc, 'topic'), [`topic:${text}`]);
    }
    assert.equal(await call.next(), undefined);
  });
});

test('a stream answers a batch before the next is sent, and ends when the client has ended', async () => {
  await withServer({}, async (dialled) => {
    const call = streamOf(dialled, []);
    for (const text of ['a', 'b', 'c']) {
      call.write({ batch: { ipc: batchOf([text]), row_count: 1 } });
      assert.deepEqual(textsOf((await call.next())!.batch.ipc, 'topic'), [`topic:${text}`]);
    }
    call.end();
    assert.equal(await call.next(), undefined);
  });
});

test('a stream that breaks its order of messages is told so', async () => {
  const broken = [
    [{ batch: { ipc: batchOf(['a']), row_count: 1 } }],
    [{}],
    [{ options: { classifiers: [] } }],
    [{ options: { classifiers: ['topic'] } }, { options: { classifiers: ['topic'] } }],
    [],
  ];
  await withServer({}, async ({ stream }) => {
    for (const messages of broken) {
      const call = stream(ClassifyStream);
      for (const message of messages) call.write(message);
      call.end();
      const error = await errorOf(call.next());
      assert.deepEqual(error.metadata.get('semtel-error'), ['bad_option']);
    }
  });
});

test('cancelling a call ends the scope of its work, and so does its deadline', async () => {
  const ended: string[] = [];
  let asked = 0;
  let told = Promise.withResolvers<void>();
  const classify = (_exchange: Exchange, scope: Scope) =>
    new Promise<ExchangeResult>((_, reject) => {
      scope.onEnd((reason) => {
        ended.push(reason.kind);
        reject(reason);
        told.resolve();
      });
      asked += 1;
    });
  await withServer({ classify }, async (dialled) => {
    const call = streamOf(dialled, [['a']]);
    await until(() => asked > 0);
    call.cancel();
    await told.promise;
    asked = 0;
    told = Promise.withResolvers();
    // A busy machine may be so slow that the first deadlines are over before the server is asked.
    for (let timeoutMs = 50; asked === 0; timeoutMs *= 2) {
      const error = await errorOf(dialled.unary(Classify, request(['a']), new Metadata(), timeoutMs));
      assert.equal(error.code, status.DEADLINE_EXCEEDED);
    }
    await told.promise;
    assert.equal(ended[0], 'cancelled');
    assert.match(ended[1]!, /cancelled|deadline/);
  });
});

test('an answered call does not end its scope', async () => {
  const ends: unknown[] = [];
  await withServer(
    {
      classify: async (exchange, scope) => {
        scope.onEnd((reason) => ends.push(reason));
        return echo(exchange);
      },
    },
    async ({ unary }) => {
      for (let i = 0; i < 5; i++) await unary(Classify, request(['a']));
    },
  );
  assert.deepEqual(ends, []);
});

test('when a batch of a stream fails, the work on its other batches is ended', async () => {
  let ended = 0;
  const classify = (exchange: Exchange, scope: Scope) =>
    new Promise<ExchangeResult>((_, reject) => {
      scope.onEnd((reason) => {
        ended++;
        reject(reason);
      });
      if (textsOf(exchange.ipc, 'conversation')[0] === 'bad') reject(new SemtelError('bad_arrow', 'bad'));
    });
  await withServer({ classify }, async (dialled) => {
    const call = streamOf(dialled, [['bad'], ['slow'], ['slower']]);
    assert.equal((await errorOf(call.next())).code, status.INVALID_ARGUMENT);
    call.cancel();
  });
  assert.ok(ended >= 1);
});

test('a client that reads no answers is not read from without bound', async () => {
  let asked = 0;
  const classify = async (exchange: Exchange) => {
    asked++;
    return echo(exchange);
  };
  await withServer({ classify }, async ({ server, unary }) => {
    const raw = rawStream(server.address, ClassifyStream.path);
    raw.write(ClassifyStream.requestSerialize({ options: { classifiers: ['topic'] } }));
    const batch = { ipc: batchOf(['x'.repeat(700_000)]), row_count: 1 };
    const message = ClassifyStream.requestSerialize({ batch });
    for (let i = 0; i < 60; i++) raw.write(message);
    while (asked === 0) await unary(GetJob, { job_id: 'nightly' });
    // Time enough for a server that reads on: the same loop answers fifty other calls meanwhile.
    for (let i = 0; i < 50; i++) await unary(GetJob, { job_id: 'nightly' });
    assert.ok(asked <= 8, `${asked} batches were read`);
    raw.close();
  });
});
