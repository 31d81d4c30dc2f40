import { Client, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { SemtelError } from '../base/error.ts';
import type { Ledger } from '../base/ledger.ts';
import type { ClassifyOptions, JobInfo } from '../service/exchange.ts';
import { parseOptions } from '../service/options.ts';
import { streamWindowBytes } from './bounds/windows.ts';
import { type ClientTls, clientCredentials } from './credentials.ts';
import { errorOfStatus } from './errors.ts';
import { classifierService } from './proto.ts';
import { type ClassifierMessage, jobOf, optionsMessage } from './wire.ts';

export interface ClientOptions {
  /** Bearer token. */
  readonly token?: string;
  /** Absent: plain text. */
  readonly tls?: ClientTls;
}

/** A batch on its way: one whole Arrow IPC stream, and its rows. */
interface Batch {
  readonly ipc: Uint8Array;
  readonly rowCount: number;
}

interface CallOptions {
  /** From now; absent: for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A server, through the own proto. Every failure is a SemtelError: of the kind the server named, else `unreachable`,
 * `cancelled`, `not_admitted` or `internal`; `retryable` says whether the same batch may be sent again.
 */
export interface SemtelClient {
  classify(
    options: Partial<ClassifyOptions>,
    batch: Batch,
    call?: CallOptions,
  ): Promise<{ readonly batch: Batch; readonly ledger: Readonly<Ledger> }>;
  listClassifiers(call?: CallOptions): Promise<readonly ClassifierMessage[]>;
  describeClassifier(name: string, call?: CallOptions): Promise<ClassifierMessage>;
  getJob(jobId: string, call?: CallOptions): Promise<JobInfo>;
  cancelJob(jobId: string, call?: CallOptions): Promise<JobInfo>;
  close(): void;
}

const channelOptions = {
  // What a message may hold is the server's to say.
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc-node.flow_control_window': streamWindowBytes,
  // Sending again is the caller's decision: it knows its deadline and the other servers.
  'grpc.enable_retries': 0,
};

/** Opens a client for `host:port`; nothing is sent before the first call. */
export function connect(target: string, options: ClientOptions = {}): SemtelClient {
  const client = new Client(target, clientCredentials(options.tls), channelOptions);
  const metadata = new Metadata();
  if (options.token !== undefined) metadata.set('authorization', `Bearer ${options.token}`);

  const ask = <Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { timeoutMs, signal }: CallOptions = {},
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new SemtelError('cancelled', 'The call was cancelled.'));
      const onAbort = () => call.cancel();
      const onEnd = (error: ServiceError | null, response?: Response) => {
        signal?.removeEventListener('abort', onAbort);
        if (error !== null) reject(errorOfStatus(error, target));
        else resolve(response as Response);
      };
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
        onEnd,
      );
      signal?.addEventListener('abort', onAbort);
    });

  return {
    async classify(classifyOptions, { ipc, rowCount }, call) {
      const options = optionsMessage(classifyOptions);
      // An unknown key has no place in the message and would be lost without a word.
      parseOptions(options);
      const request = { options, batch: { ipc, row_count: rowCount } };
      const { batch, ledger } = await ask(classifierService.Classify, request, call);
      return { batch: { ipc: batch.ipc, rowCount: batch.row_count }, ledger };
    },
    listClassifiers: async (call) => (await ask(classifierService.ListClassifiers, {}, call)).classifiers,
    describeClassifier: (name, call) => ask(classifierService.DescribeClassifier, { name }, call),
    getJob: async (jobId, call) => jobOf(await ask(classifierService.GetJob, { job_id: jobId }, call)),
    cancelJob: async (jobId, call) => jobOf(await ask(classifierService.CancelJob, { job_id: jobId }, call)),
    close: () => client.close(),
  };
}
