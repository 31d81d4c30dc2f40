import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { SemtelError } from '../../base/error.ts';
import { schemaHeader, splitStream } from '../../base/ipcFrames.ts';
import { release } from '../../base/ownBuffer.ts';
import type { ClassifyOptions, ExchangeResult } from '../../service/exchange.ts';
import { bidi, type Caller, type Doorway, serverStream, unary } from '../calls.ts';
import { counted } from '../counted.ts';
import { answerInOrder, batchesAtOnce } from '../inOrder.ts';
import { messagesOf, send } from '../streams.ts';
import { actionTypes, runAction } from './actions.ts';
import { flightReader } from './frames.ts';
import { optionsOf } from './options.ts';
import type { Action, ActionType, FlightData, FlightDescriptor, FlightInfo } from './wire.ts';

/** Longest `app_metadata` of a request batch that is given back: it is for row numbers and ids, not for data. */
const maxEchoBytes = 4_096;

interface FlightBatch {
  readonly options: ClassifyOptions;
  readonly ipc: Uint8Array;
  readonly rows: number;
  readonly appMetadata: Uint8Array;
}

/** Reads an exchange: the descriptor, the schema (told to `onSchema` before anything later is read), the batches. */
async function* batchesOf(
  doorway: Doorway,
  messages: AsyncIterable<FlightData>,
  onSchema: (options: ClassifyOptions, ipc: Uint8Array) => Promise<void>,
): AsyncGenerator<FlightBatch> {
  const reader = flightReader(doorway.service.limits.messageBytes);
  let options: ClassifyOptions | undefined;
  for await (const message of messages) {
    options ??= optionsOf(message.flight_descriptor, doorway.service);
    const input = reader.take(message);
    if (input?.kind === 'schema') await onSchema(options, input.ipc);
    if (input?.kind !== 'batch') continue;
    const { ipc, rows, appMetadata } = input;
    if (appMetadata.length > maxEchoBytes) {
      const fault = `app_metadata of a batch holds ${appMetadata.length} bytes; at most ${maxEchoBytes} are given back.`;
      throw new SemtelError('bad_option', fault);
    }
    const batch = { options, ipc, rows, appMetadata: appMetadata.slice() };
    // All of the message is copied by now.
    release(message.data_body);
    yield batch;
  }
}

/** Asks the service to answer one Flight batch; its own header declares the rows. */
async function answer(doorway: Doorway, caller: Caller, batch: FlightBatch): Promise<Partial<FlightData>> {
  const { options, ipc, rows, appMetadata } = batch;
  const { peer, weight, scope } = caller;
  const exchange = { options, ipc, rowCount: rows, door: 'flight' as const, peer, weight };
  const result = await counted(doorway, caller, 'flight', rows, () =>
    doorway.service.classify(exchange, scope),
  );
  return resultData(result, appMetadata);
}

function resultData({ ipc, ledger }: ExchangeResult, echo: Uint8Array): Partial<FlightData> {
  const { batch } = splitStream(ipc);
  const metadata = { ledger, echo: Buffer.from(echo).toString('base64') };
  return {
    data_header: batch.header,
    data_body: batch.body,
    app_metadata: Buffer.from(JSON.stringify(metadata)),
  };
}

async function exchangeStream(
  doorway: Doorway,
  call: ServerDuplexStream<FlightData, Partial<FlightData>>,
  caller: Caller,
): Promise<void> {
  const { scope } = caller;
  const sendSchema = async (options: ClassifyOptions, input: Uint8Array) => {
    const schema = await doorway.service.resultSchema(options, input, scope);
    await send(call, { data_header: schemaHeader(schema) }, scope);
  };
  await answerInOrder(
    batchesOf(doorway, messagesOf(call), sendSchema),
    (batch) => answer(doorway, caller, batch),
    (data) => send(call, data, scope),
    batchesAtOnce,
  );
}

/** What a client learns about a flight: the answer columns; how many rows depends on what it sends. */
const flightInfo = (descriptor: FlightDescriptor, schema: Uint8Array): FlightInfo => ({
  schema,
  flight_descriptor: descriptor,
  endpoint: [],
  total_records: -1,
  total_bytes: -1,
  ordered: true,
});

/** The methods of `arrow.flight.protocol.FlightService`; those left out are UNIMPLEMENTED. */
export function flightDoor(doorway: Doorway): UntypedServiceImplementation {
  const { service } = doorway;
  const schemaOf = (descriptor: FlightDescriptor, caller: Caller) =>
    service.resultSchema(optionsOf(descriptor, service), null, caller.scope);
  return {
    DoExchange: bidi<FlightData, Partial<FlightData>>(doorway, (call, caller) =>
      exchangeStream(doorway, call, caller),
    ),
    GetSchema: unary<FlightDescriptor, object>(doorway, async (descriptor, caller) => ({
      schema: await schemaOf(descriptor, caller),
    })),
    GetFlightInfo: unary<FlightDescriptor, FlightInfo>(doorway, async (descriptor, caller) =>
      flightInfo(descriptor, await schemaOf(descriptor, caller)),
    ),
    ListFlights: serverStream<object, FlightInfo>(doorway, () =>
      service
        .list()
        .map(({ name, schemaIpc }) =>
          flightInfo({ type: 'PATH', cmd: new Uint8Array(0), path: [name] }, schemaIpc),
        ),
    ),
    DoAction: serverStream<Action, object>(doorway, (action) => [runAction(action, service)]),
    ListActions: serverStream<object, ActionType>(doorway, () => actionTypes),
  };
}
