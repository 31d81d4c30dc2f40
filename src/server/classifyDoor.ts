import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { SemtelError } from '../base/error.ts';
import type { ClassifyOptions, Service } from '../service/exchange.ts';
import { bidi, type Caller, type Doorway, unary } from './calls.ts';
import { counted } from './counted.ts';
import { answerInOrder, batchesAtOnce } from './inOrder.ts';
import { messagesOf, send } from './streams.ts';
import {
  type ArrowBatch,
  type ClassifyRequest,
  type ClassifyResponse,
  type ClassifyStreamRequest,
  classifierMessage,
  type JobRequest,
  jobMessage,
  responseMessage,
} from './wire.ts';

/** Asks the service to answer one batch of the own proto. */
async function answer(
  service: Service,
  caller: Caller,
  options: ClassifyOptions,
  batch: ArrowBatch,
): Promise<ClassifyResponse> {
  const { ipc, row_count: rowCount } = batch;
  const { peer, weight, scope } = caller;
  const exchange = { options, ipc, rowCount, door: 'grpc' as const, peer, weight };
  return responseMessage(await service.classify(exchange, scope));
}

async function classify(
  service: Service,
  { options, batch }: ClassifyRequest,
  caller: Caller,
): Promise<ClassifyResponse> {
  if (batch === null) throw new SemtelError('bad_arrow', 'The request has no batch; set `batch`.');
  return answer(service, caller, service.options(options ?? {}), batch);
}

/** The batches of a stream, each with the options of its first message. */
async function* batchesOf(
  service: Service,
  messages: AsyncIterable<ClassifyStreamRequest>,
): AsyncGenerator<{ options: ClassifyOptions; batch: ArrowBatch }> {
  let options: ClassifyOptions | undefined;
  for await (const message of messages) {
    if (options === undefined) {
      if (message.options == null) {
        throw new SemtelError('bad_option', 'The first message of a ClassifyStream must hold its options.');
      }
      options = service.options(message.options);
    } else if (message.batch == null) {
      throw new SemtelError(
        'bad_option',
        'Every message of a ClassifyStream but the first must hold a batch; open a new stream for other options.',
      );
    } else {
      yield { options, batch: message.batch };
    }
  }
  if (options === undefined) {
    throw new SemtelError('bad_option', 'The ClassifyStream ended before its options were sent.');
  }
}

/** The methods of `semtel.v1.ClassifierService`: each hands bytes and options to the service, and its answer back. */
export function classifyDoor(doorway: Doorway): UntypedServiceImplementation {
  const { service } = doorway;
  return {
    Classify: unary<ClassifyRequest, ClassifyResponse>(doorway, (request, caller) =>
      counted(doorway, caller, 'grpc', request.batch?.row_count ?? 0, () =>
        classify(service, request, caller),
      ),
    ),
    ClassifyStream: bidi<ClassifyStreamRequest, ClassifyResponse>(doorway, (call, caller) =>
      answerInOrder(
        batchesOf(service, messagesOf(call)),
        ({ options, batch }) =>
          counted(doorway, caller, 'grpc', batch.row_count, () => answer(service, caller, options, batch)),
        (response) => send(call, response, caller.scope),
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
