import { Table, tableFromIPC, tableToIPC, Utf8, type Vector, vectorFromArray } from 'apache-arrow';
import { SemtelError } from '../../src/base/error.ts';
import { readFrames, writeFrames } from '../../src/base/ipcFrames.ts';
import { emptyLedger } from '../../src/base/ledger.ts';
import type { Scope } from '../../src/base/scope.ts';
import type {
  ClassifierInfo,
  ClassifyOptions,
  Exchange,
  ExchangeResult,
  JobInfo,
  Service,
} from '../../src/service/exchange.ts';
import type { Overview } from '../../src/service/overview.ts';

const plain = (texts: readonly string[]): Vector => vectorFromArray([...texts], new Utf8());

/** A batch with a plain string column `conversation`, as one IPC stream. */
export function batchOf(texts: readonly string[]): Uint8Array {
  return tableToIPC(new Table({ conversation: plain(texts) }), 'stream');
}

/** The strings of a column of an IPC stream. */
export function textsOf(ipc: Uint8Array, column: string): string[] {
  return [...(tableFromIPC(ipc).getChild(column) ?? [])].map(String);
}

function answersIpc(classifiers: readonly string[], texts: readonly string[]): Uint8Array {
  const columns = classifiers.map((name) => [name, plain(texts.map((text) => `${name}:${text}`))]);
  return tableToIPC(new Table(Object.fromEntries(columns)), 'stream');
}

const schemaIpc = (classifiers: readonly string[]) => {
  const [schema] = readFrames(answersIpc(classifiers, ['x']));
  return writeFrames([schema!], false);
};

/** Answers `<classifier>:<text>` for every text. */
export function echo({ ipc, options }: Exchange): ExchangeResult {
  const texts = textsOf(ipc, 'conversation');
  const questions = texts.length * options.classifiers.length;
  return {
    ipc: answersIpc(options.classifiers, texts),
    rowCount: texts.length,
    ledger: { ...emptyLedger(), rows: texts.length, questions, ok: questions, cost: 0.25 },
  };
}

const classifier = (name: string): ClassifierInfo => ({
  name,
  description: `What the ${name} is.`,
  digest: 'a'.repeat(64),
  model: 'default',
  outputs: [
    {
      name: 'label',
      kind: 'string',
      labels: [{ name: 'Health', definition: 'Body.', examples: [], counterexamples: [], aliases: [] }],
    },
  ],
  schemaIpc: schemaIpc([name]),
});

const known = ['topic', 'expertise'];

function options(raw: unknown): ClassifyOptions {
  const {
    classifiers = [],
    id = '',
    job_id: jobId = '',
  } = raw as Record<string, never> & {
    classifiers?: string[];
  };
  if (classifiers.length === 0) throw new SemtelError('bad_option', 'classifiers: name at least one.');
  return {
    classifiers,
    conversation: '',
    id,
    passthrough: [],
    model: '',
    jobId,
    refresh: false,
    maxCost: 0,
    maxTokens: 0,
    combine: false,
  };
}

export const job: JobInfo = {
  jobId: 'nightly',
  state: 'ACTIVE',
  ledger: { ...emptyLedger(), rows: 3, questions: 3, ok: 3 },
  rowsWaiting: 2,
  summary: 'job nightly: bound by <nothing>',
};

/** A job and an endpoint whose names are markup. */
export const overview: Overview = {
  version: '9.9.9',
  serving: true,
  active: { jobs: 1, rowsPerSecond: 1_234.5, rowsWaiting: 2 },
  jobs: [
    {
      id: '<img src=x onerror="document.title=`spoiled`">',
      state: 'ACTIVE',
      ledger: { ...emptyLedger(), rows: 3, questions: 3, ok: 2, failed: 1 },
      rowsPerSecond: 1_234.5,
      rowsWaiting: 2,
      rejection: null,
      boundBy: '<nothing>',
      idleMs: 0,
      currency: 'USD',
    },
  ],
  jobsInAll: 3,
  endpoints: [
    {
      model: 'default',
      endpoint: '"><script>document.title=`spoiled`</script>',
      state: 'ejected',
      inflight: 0,
      concurrencyLimit: 20.5,
      waiting: 7,
      quota: { requests: 600, tokens: null },
      level: { requests: 10, tokens: null },
      used: { requests: 0.97, tokens: null },
      learned: true,
      latencyMs: null,
      reason: 'answered HTTP 500',
    },
  ],
  errors: [
    {
      code: 'attempts_exhausted',
      of: 'questions',
      recent: 1,
      total: 5,
      agoMs: 61_000,
      endpoint: 'west',
      message: "It's <b>down</b>.",
    },
  ],
};

/** A service without pipeline: answers by `echo`; any method may be replaced. */
export function fakeService(replaced: Partial<Service> = {}): Service {
  const find = (name: string, names: readonly string[], kind: 'unknown_classifier' | 'unknown_job') => {
    if (!names.includes(name)) throw new SemtelError(kind, `There is no "${name}".`);
  };
  return {
    version: '9.9.9',
    limits: { messageBytes: 1 << 20, batchRows: 10_000, inflightBytes: 1 << 28, waitingExchanges: 512 },
    options,
    classify: async (exchange: Exchange, _scope: Scope) => echo(exchange),
    resultSchema: async (asked) => {
      for (const name of asked.classifiers) find(name, known, 'unknown_classifier');
      return schemaIpc(asked.classifiers);
    },
    list: () => known.map(classifier),
    describe(name) {
      find(name, known, 'unknown_classifier');
      return classifier(name);
    },
    job(jobId) {
      find(jobId, ['nightly'], 'unknown_job');
      return job;
    },
    jobs: () => [job],
    overview: () => overview,
    callFailed: () => {},
    cancelJob(jobId) {
      find(jobId, ['nightly'], 'unknown_job');
      return { ...job, state: 'CANCELLED' };
    },
    serving: true,
    drain: async () => {},
    ...replaced,
  };
}
