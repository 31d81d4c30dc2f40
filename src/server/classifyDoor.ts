import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { SemtelError } from '../base/error.ts';
import type { ExchangeResult } from '../service/exchange.ts';
import { bidi, type Caller, type Doorway, unary } from './calls.ts';
import { batchesAtOnce, counted } from './exchanges.ts';
import { answerInOrder } from './inOrder.ts';
import { messagesOf, send } from './streams.ts';
import {
  type ArrowBatch,
  type ClassifyRequest,
  type ClassifyResponse,
  type ClassifyStreamRequest,
  classifierMessage,
  type JobRequest,
  jobMessage,
  type OptionsMessage,
  responseMessage,
} from './wire.ts';

type RawOptions = Partial<OptionsMessage> | null;

/** Asks the service to answer one batch of the own proto. */
function classify(
  doorway: Doorway,
  caller: Caller,
  options: RawOptions,
  batch: ArrowBatch | null,
): Promise<ExchangeResult> {
  const { service } = doorway;
  return counted(doorway, 'grpc', async () => {
    if (batch === null) throw new SemtelError('bad_arrow', 'The request has no batch; set `batch`.');
    const exchange = {
      options: service.options(options ?? {}),
      ipc: batch.ipc,
      rowCount: batch.row_count,
      door: 'grpc' as const,
      peer: caller.peer,
      weight: caller.weight,
    };
    return service.classify(exchange, caller.scope);
  });
}

/** The batches of a stream, each with the options of its first message. */
async function* batchesOf(
  messages: AsyncIterable<ClassifyStreamRequest>,
  check: (options: RawOptions) => void,
): AsyncGenerator<{ options: RawOptions; batch: ArrowBatch }> {
  let options: RawOptions = null;
  for await (const message of messages) {
    if (options === null) {
      if (message.options == null) {
        throw new SemtelError('bad_option', 'The first message of a ClassifyStream must hold its options.');
      }
      options = message.options;
      check(options);
    } else if (message.batch == null) {
      throw new SemtelError(
        'bad_option',
        'Every message of a ClassifyStream but the first must hold a batch; open a new stream for other options.',
      );
    } else {
      yield { options, batch: message.batch };
    }
  }
  if (options === null) throw new SemtelError('bad_option', 'The ClassifyStream ended without any message.');
}

/** The methods of `semtel.v1.ClassifierService`: each hands bytes and options to the service, and its answer back. */
export function classifyDoor(doorway: Doorway): UntypedServiceImplementation {
  const { service } = doorway;
  return {
    Classify: unary<ClassifyRequest, ClassifyResponse>(doorway, async ({ options, batch }, caller) =>
      responseMessage(await classify(doorway, caller, options, batch)),
    ),
    ClassifyStream: bidi<ClassifyStreamRequest, ClassifyResponse>(doorway, (call, caller) =>
      answerInOrder(
        batchesOf(messagesOf(call), (options) => service.options(options)),
        ({ options, batch }) => classify(doorway, caller, options, batch),
        (result) => send(call, responseMessage(result), caller.scope),
        batchesAtOnce,
      ),
    ),
    ListClassifiers: unary(doorway, () => ({ classifiers: service.list().map(classifierMessage) })),
    DescribeClassifier: unary<{ name: string }, object>(doorway, ({ name }) =>
      classifierMessage(service.describe(name)),
    ),
    GetJob: unary<JobRequest, object>(doorway, (request) => jobMessage(service.job(request.job_id))),
    CancelJob: unary<JobRequest, object>(doorway, (request) => jobMessage(service.cancelJob(request.job_id))),
  };
}
