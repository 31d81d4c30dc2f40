import type { LabelDefinition, OutputField } from '../base/answer.ts';
import type { ErrorKind } from '../base/error.ts';
import type { Ledger } from '../base/ledger.ts';
import type { Scope } from '../base/scope.ts';
import type { JobState } from './jobView.ts';
import type { Overview } from './overview.ts';

/** `ClassifyOptions` of the proto, checked and with defaults filled in. */
export interface ClassifyOptions {
  readonly classifiers: readonly string[];
  readonly conversation: string;
  readonly id: string;
  readonly passthrough: readonly string[];
  /** Logical model; empty: the classifier's own, else `default`. */
  readonly model: string;
  /** Empty: `peer:<address>`. */
  readonly jobId: string;
  readonly refresh: boolean;
  /** Of the whole job on this server; 0: no limit. */
  readonly maxCost: number;
  readonly maxTokens: number;
  readonly combine: boolean;
}

export type Door = 'grpc' | 'flight' | 'local';

/** One batch asked of the service. */
export interface Exchange {
  readonly options: ClassifyOptions;
  /** One whole Arrow IPC stream. Taken, with a buffer that it fills: read nothing of it afterwards. */
  readonly ipc: Uint8Array;
  /** Declared rows; another number found is `row_count`. */
  readonly rowCount: number;
  readonly door: Door;
  /** Address of the client, for the default job id. */
  readonly peer: string;
  /** Weight of the client's token in the fair queue. */
  readonly weight: number;
}

export interface ExchangeResult {
  /** One whole Arrow IPC stream of exactly one record batch. */
  readonly ipc: Uint8Array;
  readonly rowCount: number;
  readonly ledger: Readonly<Ledger>;
}

export interface ClassifierInfo {
  readonly name: string;
  readonly description: string;
  readonly digest: string;
  readonly model: string;
  readonly outputs: readonly (OutputField & { readonly labels: readonly LabelDefinition[] })[];
  /** Framed Arrow schema of the answer column. */
  readonly schemaIpc: Uint8Array;
}

export interface JobInfo {
  readonly jobId: string;
  readonly state: JobState;
  readonly ledger: Readonly<Ledger>;
  readonly rowsWaiting: number;
  /** One readable line that names the binding constraint. */
  readonly summary: string;
}

export interface Limits {
  readonly messageBytes: number;
  readonly batchRows: number;
  readonly inflightBytes: number;
  readonly waitingExchanges: number;
}

/** What every door calls. All rejections are SemtelError with an ExchangeErrorKind. */
export interface Service {
  readonly version: string;
  readonly limits: Limits;
  /** Raw options, as a door received them (proto's snake_case names), to checked ones: bad_option names the key. */
  options(raw: unknown): ClassifyOptions;
  /** Answers one batch. The scope carries the client's deadline and cancellation. */
  classify(exchange: Exchange, scope: Scope): Promise<ExchangeResult>;
  /** Framed schema of the result of `classify` for an input schema; of the answer columns alone without one. */
  resultSchema(options: ClassifyOptions, input: Uint8Array | null, scope: Scope): Promise<Uint8Array>;
  list(): readonly ClassifierInfo[];
  describe(name: string): ClassifierInfo;
  job(jobId: string): JobInfo;
  jobs(): readonly JobInfo[];
  /** Jobs, endpoints and recent errors, for people to look at. */
  overview(): Overview;
  /** Counts a client's call that ended in an error, for the overview. */
  callFailed(kind: ErrorKind): void;
  cancelJob(jobId: string): JobInfo;
  /** False once draining. */
  readonly serving: boolean;
  /** Takes no new exchange; resolves when the open ones are answered, or after `timeoutMs` with the rest ended UNAVAILABLE. */
  drain(timeoutMs: number): Promise<void>;
}
