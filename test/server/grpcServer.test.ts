import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { systemClock } from '../../src/base/clock.ts';
import { SemtelError } from '../../src/base/error.ts';
import { noLog } from '../../src/base/log.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import type { Scope } from '../../src/base/scope.ts';
import { prometheusMetrics } from '../../src/observe/prometheus.ts';
import { startServer } from '../../src/server/grpcServer.ts';
import { classifierService, flightService } from '../../src/server/proto.ts';
import type { Exchange, ExchangeResult } from '../../src/service/exchange.ts';
import { fakeClock } from '../fakeClock.ts';
import { callsOf, type Dialled, withServer } from './doors.ts';
import { batchOf, echo, fakeService } from './fakeService.ts';
import { rawStream } from './rawStream.ts';
import { listServices } from './reflection.ts';

const { Classify, ClassifyStream, GetJob } = classifierService;
const request = { options: { classifiers: ['topic'] }, batch: { ipc: batchOf(['a']), row_count: 1 } };
const check = healthService.Check as MethodDefinition<{ service: string }, { status: string }>;

const failed = (work: Promise<unknown>): Promise<ServiceError> =>
  work.then(
    () => assert.fail('it should have failed'),
    (error) => error,
  );

test('health tells SERVING for the server and both doors', async () => {
  await withServer({}, async ({ unary }) => {
    for (const service of ['', 'semtel.v1.ClassifierService', 'arrow.flight.protocol.FlightService']) {
      assert.equal((await unary(check, { service })).status, 'SERVING');
    }
  });
});

test('reflection lists both services, and is not offered where tokens are asked for', async () => {
  const names = ['semtel.v1.ClassifierService', 'arrow.flight.protocol.FlightService'];
  await withServer({}, async ({ client }) =>
    assert.deepEqual((await listServices(client)).sort(), names.sort()),
  );
  const tokens = [{ name: 'nightly', token: 'secret', weight: 2 }];
  await withServer(
    {},
    async ({ client }) => assert.equal((await failed(listServices(client))).code, status.UNIMPLEMENTED),
    { tokens },
  );
});

const bearer = (token: string) => {
  const metadata = new Metadata();
  metadata.set('authorization', token);
  return metadata;
};

test('every call that ends in an error is counted by its code, whatever the method and however early', async () => {
  const metrics = prometheusMetrics('0');
  const told: string[] = [];
  await withServer(
    { callFailed: (kind) => void told.push(kind) },
    async ({ unary, stream }) => {
      const ours = bearer('Bearer secret');
      const describe = (name: string, metadata?: Metadata) =>
        failed(unary(classifierService.DescribeClassifier, { name }, metadata));
      await describe('topic');
      await failed(stream(flightService.DoExchange).next());
      await describe('nothing', ours);
      await failed(unary(Classify, { options: null, batch: null }, ours));
      await unary(Classify, request, ours);
      assert.deepEqual(told, ['bad_token', 'bad_token', 'unknown_classifier', 'bad_arrow']);
      const counts = (await metrics.scrape()).body.match(/(?<=^semtel_calls_failed_total\{error=).*$/gm);
      assert.deepEqual(counts, ['"bad_token"} 2', '"unknown_classifier"} 1', '"bad_arrow"} 1']);
    },
    { tokens: [{ name: 'nightly', token: 'secret', weight: 1 }], metrics },
  );
});

test('every method but health asks for a known token, whose weight and name go with the exchange', async () => {
  const weights: number[] = [];
  const metrics = prometheusMetrics('0');
  const classify = async (exchange: Exchange) => {
    weights.push(exchange.weight);
    return echo(exchange);
  };
  const tokens = [
    { name: 'nightly', token: 'secret', weight: 2 },
    { name: 'adhoc', token: 'other', weight: 0.5 },
  ];
  await withServer(
    { classify },
    async ({ unary, stream }) => {
      for (const token of ['', 'Bearer', 'Bearer ', 'Bearer wrong', 'Bearer secre', 'Basic secret']) {
        const error = await failed(unary(Classify, request, bearer(token)));
        assert.equal(error.code, status.UNAUTHENTICATED);
        assert.deepEqual(error.metadata.get('semtel-error'), ['bad_token']);
      }
      assert.equal((await failed(unary(GetJob, { job_id: 'nightly' }))).code, status.UNAUTHENTICATED);
      assert.equal((await failed(stream(flightService.DoExchange).next())).code, status.UNAUTHENTICATED);
      assert.equal((await unary(check, { service: '' })).status, 'SERVING');
      await unary(Classify, request, bearer('Bearer secret'));
      await unary(Classify, request, bearer('bearer other'));
      assert.deepEqual(weights, [2, 0.5]);
      const { body } = await metrics.scrape();
      for (const name of ['nightly', 'adhoc'])
        for (const counted of ['exchanges', 'rows'])
          assert.match(body, new RegExp(`^semtel_token_${counted}_total\\{token="${name}"\\} 1$`, 'm'));
    },
    { tokens, metrics },
  );
});

test('closing says NOT_SERVING at once, lets the open exchange be answered, and ends idle streams UNAVAILABLE', async () => {
  const answer = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const service = {
    classify: async (exchange: Exchange) => {
      asked.resolve();
      await answer.promise;
      return echo(exchange);
    },
    drain: () => drained.promise,
  };
  const clock = fakeClock();
  const work = async ({ server, unary, stream }: Dialled) => {
    const idle = stream(ClassifyStream);
    idle.write({ options: { classifiers: ['topic'] } });
    const open = unary(Classify, request);
    await asked.promise;
    const closed = server.close(60_000);
    assert.equal((await unary(check, { service: '' })).status, 'NOT_SERVING');
    answer.resolve();
    assert.equal((await open).batch.row_count, 1);
    drained.resolve();
    const told = failed(idle.next());
    await clock.next();
    const error = await told;
    assert.equal(error.code, status.UNAVAILABLE);
    assert.deepEqual(error.metadata.get('semtel-error'), ['draining']);
    assert.equal(error.metadata.get('grpc-retry-pushback-ms').length, 1);
    await closed;
  };
  await withServer(service, work, { clock });
});

test('a draining server sends its connections away; clients that balance go to another, and what is open is answered', async () => {
  const answer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const counts = { drained: 0, other: 0 };
  const classify = async (exchange: Exchange) => {
    counts.drained += 1;
    if (exchange.options.jobId === 'slow') {
      asked.resolve();
      await answer.promise;
    }
    return echo(exchange);
  };
  const countOther = async (exchange: Exchange) => {
    counts.other += 1;
    return echo(exchange);
  };
  const clock = fakeClock();
  const drain = () => answer.promise;
  const drained = async ({ server, unary }: Dialled) =>
    withServer({ classify: countOther }, async ({ server: other }) => {
      const open = unary(Classify, { ...request, options: { ...request.options, job_id: 'slow' } });
      await asked.promise;
      const target = `ipv4:${server.address},${other.address}`;
      const client = new Client(target, credentials.createInsecure(), {
        'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
      });
      const balanced = callsOf(client);
      while (counts.drained < 3 || counts.other < 3) await balanced.unary(Classify, request);
      const watcher = connect(`http://${server.address}`);
      const goAway = once(watcher, 'goaway');
      await once(watcher, 'remoteSettings');
      const closed = server.close(60_000);
      await clock.next();
      await goAway;
      const before = counts.drained;
      for (let call = 0; call < 6; call++) await balanced.unary(Classify, request);
      assert.equal(counts.drained, before);
      client.close();
      watcher.close();
      answer.resolve();
      assert.equal((await open).batch.row_count, 1);
      await closed;
    });
  await withServer({ classify, drain }, drained, { clock });
});

test('an address that cannot be listened on is a configuration error that names it', async () => {
  await withServer({}, async ({ server }) => {
    const again = startServer({
      service: fakeService(),
      listen: server.address,
      metrics: noMetrics,
      log: noLog,
      clock: systemClock,
    });
    await assert.rejects(
      again,
      (error) =>
        error instanceof SemtelError && error.kind === 'config' && error.message.includes(server.address),
    );
  });
});

test('a connection that breaks ends the scope of its work', async () => {
  const reason = Promise.withResolvers<SemtelError>();
  const asked = Promise.withResolvers<void>();
  const classify = (_exchange: Exchange, scope: Scope) =>
    new Promise<ExchangeResult>((_, reject) => {
      scope.onEnd(reason.resolve);
      scope.onEnd(reject);
      asked.resolve();
    });
  await withServer({ classify }, async ({ server }) => {
    const raw = rawStream(server.address, ClassifyStream.path);
    raw.write(ClassifyStream.requestSerialize({ options: { classifiers: ['topic'] } }));
    raw.write(ClassifyStream.requestSerialize({ batch: request.batch }));
    await asked.promise;
    raw.close();
    assert.equal((await reason.promise).kind, 'cancelled');
  });
});

test('bytes that are no HTTP/2 end their connection, and nothing else', async () => {
  await withServer({}, async ({ server, unary }) => {
    for (const garbage of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(70_000, 0xff)]) {
      const socket = createConnection(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume().write(garbage);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    assert.equal((await unary(check, { service: '' })).status, 'SERVING');
  });
});
