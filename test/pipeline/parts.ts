import type { Answer } from '../../src/base/answer.ts';
import { SemtelError } from '../../src/base/error.ts';
import { emptyLedger, type Ledger } from '../../src/base/ledger.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope, type Scope } from '../../src/base/scope.ts';
import type { Classifier, Reading } from '../../src/classifier/classifier.ts';
import { CallError, type ChatReply, type ChatRequest, type Engine } from '../../src/llm/call.ts';
import type { BatchRequest, JobPart, PipelineParts } from '../../src/pipeline/batch.ts';
import { Budget } from '../../src/pipeline/budget.ts';
import { Flights } from '../../src/pipeline/flights.ts';
import { RecentBatches } from '../../src/pipeline/recentBatches.ts';
import type { Turns } from '../../src/pipeline/turns.ts';
import type { AnswerStore, StoredAnswer } from '../../src/store/store.ts';
import type { Workers } from '../../src/workers/tasks.ts';
import { joinTexts } from '../../src/workers/texts.ts';
import type { FakeClock } from '../fakeClock.ts';

const toBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const fromBytes = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

/** A batch of these texts; null is a null conversation. */
export const batchOf = (texts: readonly (string | null)[]) => toBytes(texts);

/** The answers of a result, as `fakeWorkers` encoded them: `[classifier][row]`. */
export const answersOf = (ipc: Uint8Array): Answer[][] => fromBytes(ipc);

/** Workers whose wire is JSON: the pipeline does not read the bytes, so its tests need no Arrow. */
export const fakeWorkers: Workers = {
  async prepare({ ipc, questions, texts: wanted }) {
    const rows: (string | null)[] = fromBytes(ipc);
    const texts = rows.map((text) => JSON.stringify([{ i: 1, role: 'user', content: text ?? '' }]));
    return {
      rows: rows.length,
      skipped: rows.map((text) => (text === null ? 'null' : null)),
      asked: wanted
        ? {
            texts: joinTexts(texts.map((text) => Buffer.from(text))),
            cutBytes: new Int32Array(rows.length),
            textOf: questions.map(() => Int32Array.from(rows, (text, row) => (text === null ? -1 : row))),
          }
        : null,
      ipc: wanted ? null : ipc,
      bytes: Int32Array.from(texts, (text) => text.length),
      keys: questions.map(({ digest, model }) =>
        rows.map((text) => (text === null ? '' : `${digest}/${model}/${text}`)),
      ),
      carried: new Uint8Array(),
    };
  },
  async encode({ columns }, scope) {
    if (scope.ended !== undefined) throw scope.ended;
    return toBytes(columns.map(({ answers }) => answers));
  },
  schema: async () => new Uint8Array(),
  queued: 0,
  close: async () => {},
};

/** A classifier whose right answer is known: `<name>:<text>`. Any other reply is unreadable. */
export function echoClassifier(name: string, combine = false): Classifier {
  return {
    name,
    description: '',
    digest: name.padEnd(64, '0'),
    model: 'default',
    outputs: [{ name: 'label', kind: 'string' }],
    labels: {},
    truncate: null,
    pack: false,
    combine,
    maxOutputTokens: 10,
    parameters: {},
    responseSchema: {},
    promptBytes: 40,
    render: (conversation) => [
      { role: 'system', content: name },
      { role: 'user', content: conversation },
    ],
    read(reply): Reading {
      if (reply.startsWith(`${name}:`)) return { ok: true, outputs: { label: reply }, repair: null };
      return { ok: false, status: 'invalid', code: 'unreadable', fault: 'No JSON.' };
    },
  };
}

export type Mood = 'right' | 'unreadable' | 'cut' | 'refused' | 'exhausted' | 'rejected' | 'hang';

export interface FakeEngine extends Engine {
  readonly requests: ChatRequest[];
  readonly aborted: () => number;
}

/** Answers each request after its delay in its mood, both chosen by the number of the request. */
export function fakeEngine(
  clock: FakeClock,
  moodOf: (n: number) => Mood,
  delayOf: (n: number) => number,
): FakeEngine {
  const requests: ChatRequest[] = [];
  let aborted = 0;
  const chat = (request: ChatRequest, scope: Scope): Promise<ChatReply> => {
    const n = requests.push(request) - 1;
    const mood = moodOf(n);
    return new Promise((resolve, reject) => {
      const finish = () => {
        leave();
        if (mood === 'exhausted')
          reject(new CallError('attempts_exhausted', 'Ten attempts failed.', { attempts: 10 }));
        else if (mood === 'rejected')
          reject(new CallError('request_rejected', 'Bad request.', { attempts: 1 }));
        else resolve(replyTo(request, mood));
      };
      const stop = mood === 'hang' ? () => {} : clock.after(delayOf(n), finish);
      const leave = scope.onEnd((reason) => {
        stop();
        aborted += 1;
        reject(reason instanceof CallError ? reason : new CallError('cancelled', reason.message));
      });
    });
  };
  return {
    chat,
    models: ['default'],
    price: () => null,
    rejected: () => null,
    view: () => [],
    probe: async () => [],
    close: async () => {},
    requests,
    aborted: () => aborted,
  };
}

function replyTo(request: ChatRequest, mood: Mood): ChatReply {
  const [system, user] = request.messages();
  const [{ content }] = JSON.parse(user!.content);
  const wrong: Partial<Record<Mood, string>> = { unreadable: 'well...', cut: '' };
  return {
    text: wrong[mood] ?? `${system!.content}:${content}`,
    refusal: mood === 'refused' ? 'no' : null,
    finishReason: mood === 'cut' ? 'length' : 'stop',
    model: 'fake',
    endpoint: 'east',
    promptTokens: 100,
    cachedTokens: 40,
    completionTokens: 7,
    attempts: 1,
    latencyMs: 5,
  };
}

function rememberingStore(): AnswerStore {
  const kept = new Map<string, StoredAnswer>();
  return {
    getMany: async (keys) => keys.map((key) => kept.get(key)),
    put: (key, answer) => void kept.set(key, answer),
    async close() {},
  };
}

export function partsWith(
  engine: Engine,
  clock: FakeClock,
  classifiers: readonly Classifier[],
): PipelineParts {
  return {
    classifiers: { list: () => classifiers, get: (name) => classifiers.find((each) => each.name === name) },
    workers: fakeWorkers,
    engine,
    store: rememberingStore(),
    records: null,
    flights: new Flights(),
    recent: new RecentBatches(clock),
    clock,
    metrics: noMetrics,
  };
}

export interface FakeJob extends JobPart {
  readonly ledgers: Ledger[];
}

export function fakeJob(id = 'job', answersStored = false): FakeJob {
  const ledgers: Ledger[] = [];
  return {
    id,
    weight: 1,
    budget: new Budget(),
    answersStored,
    onAnswer() {},
    onLedger: (ledger) => ledgers.push(ledger),
    ledgers,
  };
}

/** Lets every call in at once. */
const openTurns: Turns = { take: async (_, wanted) => wanted, done() {} };

export function requestFor(
  texts: readonly (string | null)[],
  classifiers: readonly Classifier[],
  job: JobPart,
  more: Partial<BatchRequest> = {},
): BatchRequest {
  return {
    ipc: batchOf(texts),
    rowCount: texts.length,
    maxRows: 10_000,
    columns: { conversation: '', id: '', passthrough: [] },
    classifiers,
    models: classifiers.map(() => 'default'),
    refresh: false,
    combine: false,
    job,
    onError() {},
    turns: openTurns,
    rowMs: Number.POSITIVE_INFINITY,
    ...more,
  };
}

/** Runs the clock until `work` has ended; fails when nothing is left that could end it. */
export async function runToEnd<T>(work: Promise<T>, clock: FakeClock): Promise<T> {
  let ended = false;
  const mark = () => {
    ended = true;
  };
  work.then(mark, mark);
  while (await clock.next()) if (ended) break;
  await clock.advance(0);
  if (!ended) throw new Error('nothing left to wait for, and the work has not ended');
  return work;
}

export const cancelled = () => new SemtelError('cancelled', 'The client went away.');
export { emptyLedger, openScope };
