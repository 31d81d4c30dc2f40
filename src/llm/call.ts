import { type CallErrorKind, type ErrorDetails, SemtelError } from '../base/error.ts';
import type { Scope } from '../base/scope.ts';
import type { Failure } from './failure.ts';
import type { Price } from './price.ts';

/** A frozen message is taken to be the same in every call: its JSON is made once. */
export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: string;
}

/** What a call has been through while it goes on. */
export interface Trouble {
  /** HTTP requests spent, 429 not counted. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly endpoint: string;
  /** What became of it, as the end of a sentence whose subject is the endpoint. */
  readonly reason: string;
  /** Its answer is lost, but the provider may have worked for it. */
  readonly mayBeBilled: boolean;
}

/** One HTTP request as it was sent, and what became of it. Neither headers nor keys are part of it. */
export interface Sent {
  readonly endpoint: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly latencyMs: number;
  readonly outcome: 'ok' | Failure;
  /** What the endpoint did instead of replying, as the end of a sentence; null for a reply. */
  readonly reason: string | null;
  readonly reply: Omit<ChatReply, 'endpoint' | 'attempts' | 'latencyMs'> | null;
}

/** One question to a logical model; any of its endpoints may answer. */
export interface ChatRequest {
  /** Logical model. */
  readonly model: string;
  /** Built when the request is sent, so that waiting requests hold no text of their own. */
  readonly messages: () => readonly ChatMessage[];
  readonly maxOutputTokens: number;
  /** Further body fields, as sent (`temperature`, `top_p`, `seed`, ...). */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What the reply must look like; `name` is the classifier's. */
  readonly responseSchema: { readonly name: string; readonly schema: object };
  /** Estimate of the prompt's tokens: scheduling and quota, not billing. */
  readonly promptTokens: number;
  /** Fairness: requests of one job share one place in the queue. */
  readonly jobId: string;
  /** Share of this job against others; 1 is normal. */
  readonly weight: number;
  /** Told 1 with each HTTP request that is sent, and -1 where it is answered 429. */
  readonly onAttempt?: (count: 1 | -1) => void;
  /** Told of each attempt that failed and is repeated. */
  readonly onTrouble?: (trouble: Trouble) => void;
  /** Told of each HTTP request when it has ended. */
  readonly onSent?: (sent: Sent) => void;
}

export interface ChatReply {
  readonly text: string;
  /** The model's own refusal field, where the provider has one. */
  readonly refusal: string | null;
  readonly finishReason: 'stop' | 'length' | 'content_filter' | 'other';
  /** As the endpoint reported it. */
  readonly model: string;
  readonly endpoint: string;
  /** Billed; cached tokens are part of the prompt's. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** HTTP requests spent, 429 not counted. */
  readonly attempts: number;
  /** From the sending of the successful request to its reply. */
  readonly latencyMs: number;
}

/** The engine's one type: every layer takes a call and gives a call. Rejects with `CallError` only. */
export type Call = (request: ChatRequest, scope: Scope) => Promise<ChatReply>;

/** Why a call gave no reply, with what it cost until then. */
export class CallError extends SemtelError {
  declare readonly kind: CallErrorKind;
  /** HTTP requests spent, 429 not counted. */
  readonly attempts: number;
  /** The endpoint of the last attempt, if there was one. */
  readonly endpoint: string | null;

  constructor(
    kind: CallErrorKind,
    message: string,
    details: ErrorDetails & { attempts?: number; endpoint?: string | null } = {},
  ) {
    super(kind, message, details);
    this.attempts = details.attempts ?? 0;
    this.endpoint = details.endpoint ?? null;
  }
}

interface PerUnit {
  readonly requests: number | null;
  readonly tokens: number | null;
}

/** What one endpoint looks like from outside at this moment. */
export interface EndpointView {
  readonly model: string;
  readonly endpoint: string;
  readonly state: 'up' | 'cooling' | 'ejected' | 'rejected';
  readonly inflight: number;
  readonly concurrencyLimit: number;
  /** Calls of its model that wait for any endpoint. */
  readonly waiting: number;
  /** Own share of what it takes a minute; null where it is not known. */
  readonly quota: PerUnit;
  /** What the buckets hold. */
  readonly level: PerUnit;
  /** Part of the quota that was spent over about the last ten seconds: more than 1 while a burst is among them. */
  readonly used: PerUnit;
  /** Nobody tells a quota: that of requests is what it was seen to bear. */
  readonly learned: boolean;
  /** Median of recent successful attempts; null before the first. */
  readonly latencyMs: number | null;
  /** Why it is rejected or ejected, or what it does with every call, as the end of a sentence; null while it answers. */
  readonly reason: string | null;
}

/** What `semtel check` learns from one small call to one endpoint. */
export interface ProbeResult {
  readonly model: string;
  readonly endpoint: string;
  readonly ok: boolean;
  /** The reported model, or what went wrong and what to do. */
  readonly detail: string;
  readonly structured: 'json_schema' | 'json_object' | 'text' | null;
  readonly quota: PerUnit;
  readonly latencyMs: number | null;
}

/** All models of the configuration behind one call. */
export interface Engine {
  readonly chat: Call;
  /** Logical names, in file order. */
  readonly models: readonly string[];
  price(model: string): Price | null;
  /** True when every endpoint of the model is rejected; `reason` says by what. */
  rejected(model: string): { readonly reason: string } | null;
  view(): readonly EndpointView[];
  /** One small call to each endpoint, outside queue and retry. */
  probe(scope: Scope): Promise<readonly ProbeResult[]>;
  close(): Promise<void>;
}
