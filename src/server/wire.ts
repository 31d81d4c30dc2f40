import type { Ledger } from '../base/ledger.ts';
import type { ClassifierInfo, ClassifyOptions, ExchangeResult, JobInfo } from '../service/exchange.ts';
import type { JobState } from '../service/jobView.ts';

/** The messages of `classifier.proto`, as the loader gives them. */
export interface OptionsMessage {
  readonly classifiers: readonly string[];
  readonly conversation: string;
  readonly id: string;
  readonly passthrough: readonly string[];
  readonly model: string;
  readonly job_id: string;
  readonly refresh: boolean;
  readonly max_cost: number;
  readonly max_tokens: number;
  readonly combine: boolean;
}

export interface ArrowBatch {
  readonly ipc: Uint8Array;
  readonly row_count: number;
}

export interface ClassifyRequest {
  readonly options: Partial<OptionsMessage> | null;
  readonly batch: ArrowBatch | null;
}

/** A message of the stream: exactly one of the two is set. */
export interface ClassifyStreamRequest {
  readonly options?: Partial<OptionsMessage> | null;
  readonly batch?: ArrowBatch | null;
}

export interface ClassifyResponse {
  readonly batch: ArrowBatch;
  readonly ledger: Readonly<Ledger>;
}

export interface ClassifierMessage {
  readonly name: string;
  readonly description: string;
  readonly digest: string;
  readonly model: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly kind: string;
    readonly description: string;
    readonly labels: readonly { readonly name: string; readonly definition: string }[];
  }[];
  readonly schema_ipc: Uint8Array;
}

export interface JobMessage {
  readonly job_id: string;
  readonly state: JobState;
  readonly ledger: Readonly<Ledger>;
  readonly rows_waiting: number;
  readonly summary: string;
}

export interface JobRequest {
  readonly job_id: string;
}

export interface ClassifierMethods {
  readonly Classify: { request: ClassifyRequest; response: ClassifyResponse };
  readonly ClassifyStream: { request: ClassifyStreamRequest; response: ClassifyResponse };
  readonly ListClassifiers: { request: object; response: { readonly classifiers: ClassifierMessage[] } };
  readonly DescribeClassifier: { request: { readonly name: string }; response: ClassifierMessage };
  readonly GetJob: { request: JobRequest; response: JobMessage };
  readonly CancelJob: { request: JobRequest; response: JobMessage };
}

export function optionsMessage(options: Partial<ClassifyOptions>): Partial<OptionsMessage> {
  const { jobId, maxCost, maxTokens, ...rest } = options;
  return {
    ...rest,
    ...(jobId !== undefined && { job_id: jobId }),
    ...(maxCost !== undefined && { max_cost: maxCost }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
  };
}

export function responseMessage(result: ExchangeResult): ClassifyResponse {
  return { batch: { ipc: result.ipc, row_count: result.rowCount }, ledger: result.ledger };
}

export function classifierMessage(info: ClassifierInfo): ClassifierMessage {
  return {
    name: info.name,
    description: info.description,
    digest: info.digest,
    model: info.model,
    outputs: info.outputs.map(({ name, kind, description, labels }) => ({
      name,
      kind,
      description: description ?? '',
      labels: labels.map((label) => ({ name: label.name, definition: label.definition })),
    })),
    schema_ipc: info.schemaIpc,
  };
}

export function jobMessage(job: JobInfo): JobMessage {
  return {
    job_id: job.jobId,
    state: job.state,
    ledger: job.ledger,
    rows_waiting: job.rowsWaiting,
    summary: job.summary,
  };
}

export function jobOf(message: JobMessage): JobInfo {
  return {
    jobId: message.job_id,
    state: message.state,
    ledger: message.ledger,
    rowsWaiting: message.rows_waiting,
    summary: message.summary,
  };
}
