import type { Price } from './price.ts';

/** Decides whether unused output is given back to the quota. */
export type Provider = 'openai' | 'azure' | 'anthropic' | 'other';

/** How the shape of a reply is asked for, strictest first. */
export const structuredModes = ['json_schema', 'json_object', 'text'] as const;
export type StructuredMode = (typeof structuredModes)[number];

/** One deployment: URL x model x key. */
export interface EndpointConfig {
  /** Unique within its model; stands in rows, metrics and logs. */
  readonly name: string;
  /** Up to and without `/chat/completions`. */
  readonly baseUrl: string;
  /** As sent in the body. */
  readonly model: string;
  /** Read at the first call and again after a 401; empty: no Authorization header. */
  readonly apiKey: () => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly provider: Provider;
  /** Tokens a minute; null: as headers tell, else no limit. */
  readonly tpm: number | null;
  /** Requests a minute; null: as headers tell, else no limit. */
  readonly rpm: number | null;
  readonly maxConcurrency: number;
  /** Part of the quota that this server may use, in (0, 1]. */
  readonly share: number;
  /** Lower first; the next when it is full. */
  readonly priority: number;
  /** `auto`: json_schema, falling back for good when the endpoint rejects it; for one schema where it rejects that. */
  readonly structured: 'auto' | StructuredMode;
  /** Extra body fields, over all others; null removes one. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** A logical model: interchangeable deployments of one model. */
export interface ModelConfig {
  readonly name: string;
  readonly price: Price | null;
  readonly endpoints: readonly EndpointConfig[];
}

export interface EngineConfig {
  readonly models: readonly ModelConfig[];
  /** Longest attempt, and the timeout while an endpoint's latency is not known yet. */
  readonly attemptMaxMs: number;
  readonly tuning?: Partial<Tuning>;
}

export type Tuning = { readonly [Name in keyof typeof defaultTuning]: number };

/** Every constant of the engine with its reason; nobody should need to change one. */
export const defaultTuning = {
  /** Until the first reply, where no quota is told: a few, so that one that hangs does not stop the others. */
  firstConcurrency: 3,
  /** After it: small against refusals, and enough for 64 slots to be found in one more round trip. */
  startConcurrency: 32,
  /** Between two calls to an unknown endpoint that has not answered yet: long against most latencies. */
  scoutEveryMs: 1_000,
  /** Netflix AIMD, Vector ARC. */
  concurrencyCut: 0.9,
  /** Latency against that of an empty queue from which on calls are taken to queue: less may be chance. */
  queueLatency: 1.7,
  /** Round trips until the latency of an empty queue is measured again, which costs about one. */
  lookRounds: 50,
  /** Part of the quota used at first: 2 % for estimates that are too low. */
  headroomStart: 0.98,
  headroomMax: 0.99,
  /** A quota that shrinks to less than a tenth is an outage. */
  headroomFloor: 0.1,
  /** Taken by a 429: little, as one a few seconds is within half a percent of the calls. */
  headroomCut: 0.005,
  /** Growth by the cube of the seconds since: 1 % in 5.5 s, half of the quota in 20 s. */
  headroomGrowth: 6e-5,
  /** A limit learned from 429 is forgotten once this many times its rate drew none. */
  learnedForget: 4,
  /** Refusals within this time tell what ran in between them: well below the time in which it grows by much. */
  ranInMostMs: 3_000,
  /** Its burst: next to none, as its window is not known. */
  learnedBurstS: 0.05,
  /** Bucket sizes: small, as providers count in windows of 1 s, and so that no minute holds more than its quota. */
  tokenBurstS: 0.5,
  requestBurstS: 0.25,
  /** First pause after a 429 that names none: short, as there may be room at once; and what it doubles up to. */
  pauseMs: 10,
  pauseGuessMaxMs: 5_000,
  /** Longest pause obeyed. */
  pauseMaxMs: 60_000,
  /** Envoy's consecutive_5xx and base_ejection_time; always the same time, as a probe is one call. */
  ejectAfter: 5,
  ejectMs: 30_000,
  /** Between two calls to an endpoint that fails all and is needed: soon noticed, and dear to no row. */
  outageProbeMs: 500,
  /** From 10 to 100 % of the concurrency after a probe succeeded. */
  rampMs: 30_000,
  /** Between two tries of a key or address that was refused. */
  rejectedProbeMs: 300_000,
  /** Shortest attempt timeout: below it, one slow reply would be taken for a dead endpoint. */
  attemptMinMs: 5_000,
  /** Finagle's retry budget. */
  retryShare: 0.2,
  retriesPerS: 10,
  /** So that ten attempts last a minute (0.5 + 2 + 8 + 6 x 9 s), and nobody sleeps on for long when an outage is over. */
  backoffMs: 500,
  backoffFactor: 4,
  backoffMaxMs: 9_000,
  maxAttempts: 10,
  /** About two requests of usual size: small against a job, large against one row. */
  quantumTokens: 4_096,
  /** Labels are some hundred bytes; this only bounds an endpoint gone mad. */
  maxReplyBytes: 8 << 20,
};

const hosts: readonly (readonly [suffix: string, provider: Provider])[] = [
  ['openai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['openai.com', 'openai'],
  ['anthropic.com', 'anthropic'],
];

/** The provider that a base URL's host belongs to; `other` when it is none that we know. */
export function providerOf(baseUrl: string): Provider {
  const host = URL.parse(baseUrl)?.hostname ?? '';
  return hosts.find(([suffix]) => host === suffix || host.endsWith(`.${suffix}`))?.[1] ?? 'other';
}
