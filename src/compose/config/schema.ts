import { normalize } from 'node:path';
import { z } from 'zod';
import { address, count, fraction, money, order, seconds, secret, section, strict, text } from './fields.ts';

const endpoint = strict({
  /** In metrics and rows; the host says which deployment it is. */
  name: text.optional(),
  base_url: z.url({ protocol: /^https?$/ }),
  /** As sent; most deployments bear the logical name. */
  model: text.optional(),
  /** Absent for servers that ask for none, such as a local vLLM. */
  api_key: secret.optional(),
  headers: z.record(text, secret).default({}),
  query: z.record(text, z.coerce.string()).default({}),
  /** Absent: told by the host. */
  provider: z.enum(['openai', 'azure', 'anthropic', 'other']).optional(),
  /** Absent: from headers, else no bucket. */
  tpm: count.optional(),
  rpm: count.optional(),
  /** Beyond this, one more request only waits at the provider; also a bound on sockets. */
  max_concurrency: count.default(400),
  /** One server has the quota to itself. */
  share: fraction.default(1),
  /** All alike: load spreads over them by free quota. */
  priority: order.default(0),
  /** The strictest mode the endpoint accepts is found by trying. */
  structured: z.enum(['auto', 'json_schema', 'json_object', 'text']).default('auto'),
  request: z.record(text, z.json()).default({}),
});

const model = strict({
  /** Absent: cost is 0, and a limit of cost is refused. */
  price: strict({
    input: money,
    /** Absent: as `input`, as contracts for cached tokens differ. */
    cached_input: money.optional(),
    output: money,
    currency: text.default('USD'),
  }).optional(),
  endpoints: z.array(endpoint).min(1),
});

const store = strict({
  path: text.optional(),
  url: text
    .refine((value) => URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol), {
      error: 'must be redis:// or rediss://, such as redis://localhost:6379',
    })
    .optional(),
  /** Of the file. Some twenty million answers, and no surprise on a laptop's disk. */
  max_bytes: count.default(4_294_967_296),
  /** 30 days: weekly jobs meet their recent answers again. */
  ttl_s: count.default(2_592_000),
}).refine((value) => value.path === undefined || value.url === undefined, {
  error: 'takes path or url, not both',
});

const auth = strict({
  tls: strict({ cert: text, key: text, client_ca: text.nullable().default(null) })
    .nullable()
    .default(null),
  tokens: z
    .array(strict({ name: text, token: secret, weight: z.number().positive().max(1000).default(1) }))
    .default([]),
});

/** Beside the settings, or in the working folder where there are none. */
const storePath = './.semtel/store.sqlite';

const kept = z
  .union([z.literal('off'), store])
  .prefault({})
  .transform((value) =>
    value === 'off' || value.url !== undefined ? value : { ...value, path: value.path ?? storePath },
  );

export const defaultStore = kept.parse(undefined);

/** Prompts and replies, for `semtel why`. */
const keep = strict({
  /** Beside the answers. */
  path: text.default('./.semtel/calls.sqlite'),
  /** Some hundred thousand labels of chats of 6 KB. */
  max_bytes: count.default(1_073_741_824),
  /** A week: long enough to look into the last run, and conversations lie about no longer. */
  ttl_s: count.default(604_800),
});

export const defaultKeep = keep.parse({});

/** Beside the settings, as in a checkout. */
export const defaultPrompts = ['./prompts'];

/** `semtel.yaml`, after references are resolved. Every default has its reason beside it. */
export const schema = strict({
  /** Loopback: nobody else can spend the keys. */
  listen: address.default('127.0.0.1:8815'),
  status: z.union([z.literal('off'), address]).default('127.0.0.1:9464'),
  prompts: z.array(text).default(defaultPrompts),
  models: z.record(text, model).refine((models) => Object.keys(models).length > 0, {
    error: 'needs at least one model',
  }),
  /** Text work is bound by CPU: one thread a core. */
  workers: z.union([z.literal('auto'), count]).default('auto'),
  /** One conversation a request is the most faithful. */
  pack: section({ max_items: count.default(1), combine: z.boolean().default(false) }),
  limits: section({
    /** A Spark batch of 10,000 rows of 6 KB. */
    message_bytes: count.default(67_108_864),
    /** Spark's own default batch. */
    batch_rows: count.default(10_000),
    /**
     * Four of the largest messages; as many bytes again may wait. Measured: 512 streams that always had two batches of
     * 64 KB to 1 MB on their way took a server of 0.25 GB to 1.6 GB, and to 0.8 GB with a quarter of this.
     */
    inflight_bytes: count.default(268_435_456),
    /** Two exchanges from each of 256 Spark tasks. */
    waiting_exchanges: count.default(512),
  }),
  timeouts: section({
    /** Ten minutes outlast a provider's bad spell; the client waits an hour. */
    row_s: seconds.default(600),
    /** No 64-token label takes a minute. */
    attempt_max_s: seconds.default(60),
    /** Longer than one attempt. */
    drain_s: seconds.default(60),
  }),
  store: kept,
  /** They hold people's conversations. */
  keep: z.union([z.literal('off'), keep]).default('off'),
  auth: auth.nullable().default(null),
  log: section({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    /** Servers are read by machines. */
    format: z.enum(['json', 'text']).default('json'),
  }),
}).refine(
  ({ store, keep }) =>
    store === 'off' ||
    keep === 'off' ||
    store.path === undefined ||
    normalize(store.path) !== normalize(keep.path),
  { path: ['keep', 'path'], error: 'must be another file than that of the store' },
);

export type Settings = z.output<typeof schema>;
/** Settings as they are written: what has a default may be left out, and any text may be a reference (`${env:NAME}`). */
export type SettingsInput = z.input<typeof schema>;
