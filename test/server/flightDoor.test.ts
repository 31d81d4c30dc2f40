import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { Dictionary, Int32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { readFrames, writeFrames } from '../../src/base/ipcFrames.ts';
import type { FlightData, FlightDescriptor } from '../../src/server/flight/wire.ts';
import { flightService } from '../../src/server/proto.ts';
import type { Exchange } from '../../src/service/exchange.ts';
import { type Dialled, withServer } from './doors.ts';
import { batchOf, echo, textsOf } from './fakeService.ts';

const { DoExchange, GetSchema, GetFlightInfo, ListFlights, DoAction, ListActions } = flightService;
const none = new Uint8Array(0);
const command = (options: unknown): FlightDescriptor => ({
  type: 'CMD',
  cmd: Buffer.from(typeof options === 'string' ? options : JSON.stringify(options)),
  path: [],
});
const path = (...names: string[]): FlightDescriptor => ({ type: 'PATH', cmd: none, path: names });
const descriptorOnly = (descriptor: FlightDescriptor): FlightData => ({
  flight_descriptor: descriptor,
  data_header: none,
  app_metadata: none,
  data_body: none,
});

/** The messages of an IPC stream as a Flight client sends them; metadata goes with the record batch. */
function dataOf(ipc: Uint8Array, metadata: Uint8Array = none): FlightData[] {
  const frames = [...readFrames(ipc)];
  return frames.map(({ header, body }, i) => ({
    flight_descriptor: null,
    data_header: header,
    app_metadata: i === frames.length - 1 ? metadata : none,
    data_body: body,
  }));
}

/** Result messages as one IPC stream again. */
const streamOf = (schema: Partial<FlightData>, data: Partial<FlightData>) =>
  writeFrames(
    [
      { header: schema.data_header!, body: none },
      { header: data.data_header!, body: data.data_body! },
    ],
    true,
  );

const metadataOf = (data: Partial<FlightData>) => JSON.parse(Buffer.from(data.app_metadata!).toString());

const failed = (work: Promise<unknown>): Promise<ServiceError> =>
  work.then(
    () => assert.fail('it should have failed'),
    (error) => error,
  );

/** All responses of a method that streams them. */
async function all<Request, Response>(
  { client }: Dialled,
  method: MethodDefinition<Request, Response>,
  request: Request,
): Promise<Response[]> {
  const { path, requestSerialize, responseDeserialize } = method;
  const call = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata(),
  );
  return Array.fromAsync(call as AsyncIterable<Response>);
}

const action = async (dialled: Dialled, type: string, body: unknown = '') => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const results = await all(dialled, DoAction, { type, body: bytes });
  return results.map((result) => JSON.parse(Buffer.from(result.body).toString()));
};

test('DoExchange sends the schema before any batch, then a batch for each, with ledger and echo', async () => {
  const seen: Exchange[] = [];
  const classify = async (exchange: Exchange) => {
    seen.push(exchange);
    return echo(exchange);
  };
  await withServer({ classify }, async ({ stream }) => {
    const call = stream(DoExchange);
    call.write(descriptorOnly(command({ classifiers: ['topic'], job_id: 'j' })));
    const [schema, first] = dataOf(batchOf(['a', 'b']), Buffer.from('rows 0-1'));
    call.write(schema!);
    const answerSchema = await call.next();
    assert.equal(answerSchema!.app_metadata?.length, 0);
    call.write(first!);
    const answer = await call.next();
    assert.deepEqual(textsOf(streamOf(answerSchema!, answer!), 'topic'), ['topic:a', 'topic:b']);
    const { ledger, echo: echoed } = metadataOf(answer!);
    assert.equal(ledger.ok, 2);
    assert.equal(Buffer.from(echoed, 'base64').toString(), 'rows 0-1');
    call.end();
    assert.equal(await call.next(), undefined);
    assert.equal(seen[0]?.rowCount, 2);
    assert.equal(seen[0]?.door, 'flight');
    assert.equal(seen[0]?.options.jobId, 'j');
  });
});

test('DoExchange answers batches in the order sent, with dictionaries and messages of metadata alone between them', async () => {
  const dictionary = (texts: string[]) => {
    const type = new Dictionary(new Utf8(), new Int32(), 7);
    return tableToIPC(new Table({ conversation: vectorFromArray(texts, type) }), 'stream');
  };
  await withServer({}, async ({ stream }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
        async (batches) => {
          const call = stream(DoExchange);
          call.write(descriptorOnly(path('topic')));
          call.write(dataOf(dictionary(['']))[0]!);
          for (const texts of batches) {
            call.write({
              ...descriptorOnly(path()),
              flight_descriptor: null,
              app_metadata: Buffer.from('note'),
            });
            // The dictionary of the batch replaces the one before it.
            for (const data of dataOf(dictionary(texts)).slice(1)) call.write(data);
          }
          call.end();
          const schema = await call.next();
          for (const texts of batches) {
            const answer = await call.next();
            const expected = texts.map((text) => `topic:${text}`);
            assert.deepEqual(textsOf(streamOf(schema!, answer!), 'topic'), expected);
          }
          assert.equal(await call.next(), undefined);
        },
      ),
      { numRuns: 30 },
    );
  });
});

test('DoExchange names what is wrong with a stream', async () => {
  const [schema, batch] = dataOf(batchOf(['a']));
  const start = descriptorOnly(path('topic'));
  const cases: readonly [FlightData[], string][] = [
    [[descriptorOnly(command('{"classifiers":'))], 'bad_option'],
    [[descriptorOnly({ type: 'UNKNOWN', cmd: none, path: [] })], 'bad_option'],
    [[schema!], 'bad_option'],
    [[start, batch!], 'bad_arrow'],
    [[start, schema!, schema!], 'bad_arrow'],
    [[start, { ...schema!, data_header: Buffer.from('garbage!') }], 'bad_arrow'],
    [[descriptorOnly(path('nonsense')), schema!], 'unknown_classifier'],
    [[start, schema!, { ...batch!, app_metadata: Buffer.alloc(5_000) }], 'bad_option'],
  ];
  await withServer({}, async ({ stream }) => {
    for (const [messages, code] of cases) {
      const call = stream(DoExchange);
      for (const message of messages) call.write(message);
      const drained = async () => {
        while ((await call.next()) !== undefined);
      };
      const error = await failed(drained());
      assert.deepEqual(error.metadata.get('semtel-error'), [code], error.details);
    }
  });
});

test('any bytes as a header are bad_arrow, never a hang or a crash', async () => {
  await withServer({}, async ({ stream }) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), async (header) => {
        const call = stream(DoExchange);
        call.write({ ...descriptorOnly(path('topic')), data_header: header });
        call.end();
        const error = await failed(
          (async () => {
            if ((await call.next()) !== undefined) throw { code: status.INVALID_ARGUMENT };
          })(),
        );
        assert.equal(error.code, status.INVALID_ARGUMENT);
      }),
      { numRuns: 50 },
    );
  });
});

test('GetSchema and GetFlightInfo give the answer columns as a framed schema', async () => {
  await withServer({}, async ({ unary }) => {
    for (const descriptor of [path('topic', 'expertise'), command({ classifiers: ['topic', 'expertise'] })]) {
      const { schema } = await unary(GetSchema, descriptor);
      const [frame, ...rest] = readFrames(schema);
      assert.ok(frame);
      assert.equal(rest.length, 0);
      const info = await unary(GetFlightInfo, descriptor);
      assert.deepEqual(info.schema, schema);
      assert.equal(info.total_records, -1);
      assert.equal(info.flight_descriptor.type, descriptor.type);
    }
    assert.equal((await failed(unary(GetSchema, path('nonsense')))).code, status.NOT_FOUND);
  });
});

test('ListFlights lists one path for each classifier', async () => {
  await withServer({}, async (dialled) => {
    const flights = await all(dialled, ListFlights, {});
    assert.deepEqual(
      flights.map((flight) => flight.flight_descriptor.path),
      [['topic'], ['expertise']],
    );
  });
});

test('actions answer in JSON; unknown ones, and all other methods, are UNIMPLEMENTED', async () => {
  await withServer({}, async (dialled) => {
    assert.deepEqual(await action(dialled, 'health'), [{ status: 'SERVING' }]);
    assert.deepEqual(await action(dialled, 'server_info'), [
      { version: '9.9.9', protocol: 1, batch_rows: 10_000, message_bytes: 1 << 20 },
    ]);
    const [job] = await action(dialled, 'get_job', { job_id: 'nightly' });
    assert.equal(job.state, 'ACTIVE');
    assert.equal(job.ledger.ok, 3);
    assert.equal((await action(dialled, 'cancel_job', { job_id: 'nightly' }))[0].state, 'CANCELLED');
    assert.deepEqual(
      (await all(dialled, ListActions, {})).map(({ type }) => type),
      ['health', 'server_info', 'get_job', 'cancel_job'],
    );
    for (const body of ['', 'x', '[]', 'null', '{"job_id":1}', '{"jobid":"nightly"}']) {
      const error = await failed(action(dialled, 'get_job', body));
      assert.deepEqual(error.metadata.get('semtel-error'), ['bad_option']);
    }
    assert.equal((await failed(action(dialled, 'get_job', { job_id: 'x' }))).code, status.NOT_FOUND);
    assert.equal((await failed(action(dialled, 'shutdown'))).code, status.UNIMPLEMENTED);
    const { DoPut, DoGet, Handshake } = flightService as unknown as Record<
      string,
      MethodDefinition<object, object>
    >;
    assert.equal((await failed(dialled.stream(DoPut!).next())).code, status.UNIMPLEMENTED);
    assert.equal((await failed(dialled.stream(Handshake!).next())).code, status.UNIMPLEMENTED);
    assert.equal((await failed(all(dialled, DoGet!, {}))).code, status.UNIMPLEMENTED);
  });
});
