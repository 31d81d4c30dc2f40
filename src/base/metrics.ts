/** The metrics semtel exports: names, labels and words in one place; `observe/` gives them to Prometheus. */
export const metricCatalogue = {
  semtel_answers_total: {
    kind: 'counter',
    labels: ['classifier', 'status', 'source'],
    help: 'Questions answered, by state and source.',
  },
  semtel_repairs_total: {
    kind: 'counter',
    labels: ['classifier', 'repair'],
    help: 'Replies made readable, by repair.',
  },
  semtel_exchanges_total: {
    kind: 'counter',
    labels: ['door', 'code'],
    help: 'Exchanges ended, by door and gRPC code.',
  },
  semtel_exchange_seconds: {
    kind: 'histogram',
    labels: ['door'],
    help: 'Time from arrival to answer of an exchange.',
  },
  semtel_calls_failed_total: {
    kind: 'counter',
    labels: ['error'],
    help: 'Calls of clients that ended in an error, whatever the method, by the code of the trailer semtel-error.',
  },
  semtel_token_exchanges_total: {
    kind: 'counter',
    labels: ['token'],
    help: "Exchanges ended, by the name of the client's token; anonymous where no tokens are configured.",
  },
  semtel_token_rows_total: {
    kind: 'counter',
    labels: ['token'],
    help: "Rows answered, by the name of the client's token.",
  },
  semtel_jobs_active: { kind: 'gauge', labels: [], help: 'Jobs with an exchange open now.' },
  semtel_rows_waiting: { kind: 'gauge', labels: [], help: 'Rows admitted or waiting, not yet answered.' },
  semtel_exchanges_waiting: { kind: 'gauge', labels: [], help: 'Exchanges waiting for admission.' },
  semtel_inflight_bytes: {
    kind: 'gauge',
    labels: [],
    help: 'Bytes of batches admitted and not yet answered.',
  },
  semtel_llm_calls_total: {
    kind: 'counter',
    labels: ['model', 'endpoint', 'outcome'],
    help: 'HTTP requests to models, by outcome.',
  },
  semtel_llm_call_seconds: {
    kind: 'histogram',
    labels: ['model', 'endpoint'],
    help: 'Time of a successful HTTP request to a model.',
  },
  semtel_llm_tokens_total: {
    kind: 'counter',
    labels: ['model', 'endpoint', 'type'],
    help: 'Tokens billed: input (cached ones included), cached, output.',
  },
  semtel_llm_inflight: { kind: 'gauge', labels: ['model', 'endpoint'], help: 'HTTP requests in flight.' },
  semtel_llm_concurrency_limit: {
    kind: 'gauge',
    labels: ['model', 'endpoint'],
    help: 'Requests that the engine allows in flight now.',
  },
  semtel_llm_quota: {
    kind: 'gauge',
    labels: ['model', 'endpoint', 'unit'],
    help: 'Own share of the quota a minute: configured, told by headers, or learned from 429.',
  },
  semtel_llm_quota_level: {
    kind: 'gauge',
    labels: ['model', 'endpoint', 'unit'],
    help: 'What the local bucket holds now.',
  },
  semtel_llm_endpoint_state: {
    kind: 'gauge',
    labels: ['model', 'endpoint', 'state'],
    help: '1 for the state the endpoint is in.',
  },
  semtel_llm_retries_total: {
    kind: 'counter',
    labels: ['model', 'endpoint'],
    help: 'Attempts made again after this endpoint failed one.',
  },
  semtel_cost_total: {
    kind: 'counter',
    labels: ['model', 'currency'],
    help: 'Cost of billed tokens at the configured prices.',
  },
  semtel_tokens_saved_total: { kind: 'counter', labels: ['by'], help: 'Tokens not sent (estimate).' },
  semtel_store_errors_total: {
    kind: 'counter',
    labels: ['operation'],
    help: 'Look-ups and savings of kept answers (and prompts, where they are kept) that failed: read, write.',
  },
  semtel_event_loop_delay_seconds: {
    kind: 'summary',
    labels: ['quantile'],
    help: 'Delay of the main event loop since the last scrape.',
  },
  semtel_pool_queue: { kind: 'gauge', labels: [], help: 'Tasks waiting for a worker thread.' },
  semtel_build_info: { kind: 'gauge', labels: ['version'], help: 'Always 1.' },
} as const satisfies Record<
  string,
  { kind: 'counter' | 'gauge' | 'histogram' | 'summary'; labels: readonly string[]; help: string }
>;

export type MetricName = keyof typeof metricCatalogue;
type NameOf<Kind> = {
  [Name in MetricName]: (typeof metricCatalogue)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type LabelsOf<Name extends MetricName> = Record<(typeof metricCatalogue)[Name]['labels'][number], string>;
export interface Sample<Name extends MetricName> {
  readonly labels: LabelsOf<Name>;
  readonly value: number;
}

/** Where counts go. Gauges, and summaries of others' making, are read when scraped, so the hot path never pays for them. */
export interface Metrics {
  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  seconds<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void;
  gauge<Name extends NameOf<'gauge' | 'summary'>>(name: Name, read: () => readonly Sample<Name>[]): void;
}

/** For tests and for runs that nobody scrapes. */
export const noMetrics: Metrics = { count() {}, seconds() {}, gauge() {} };
