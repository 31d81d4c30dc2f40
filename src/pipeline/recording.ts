import type { Classifier } from '../classifier/classifier.ts';
import type { Sent } from '../llm/call.ts';
import { costOf, type Price } from '../llm/price.ts';
import type { CallRecord, LabelRecord, RecordKeeper } from '../store/record.ts';
import type { Settled } from './batch.ts';

/** What is sent and comes back while one planned call is asked, asked once more, or asked one by one. */
export interface Recording {
  /** Notes one HTTP request that asked for these classifiers. */
  onSent(classifiers: readonly Classifier[], sent: Sent): void;
  /** Keeps how one question was answered: the requests that asked for its classifier. */
  keep(question: { readonly key: string; readonly classifier: Classifier }, settled: Settled): void;
}

interface Noted {
  readonly names: readonly string[];
  readonly sent: Sent;
  readonly sentAt: string;
}

/** Of one job's call to a logical model. */
export interface Asked {
  readonly jobId: string;
  readonly model: string;
  readonly price: Price | null;
}

export function recordCalls(keeper: RecordKeeper, asked: Asked): Recording {
  const noted: Noted[] = [];
  return {
    onSent(classifiers, sent) {
      const names = classifiers.map(({ name }) => name);
      noted.push({ names, sent, sentAt: new Date(keeper.now() - sent.latencyMs).toISOString() });
    },
    keep({ key, classifier: { name } }, settled) {
      const mine = noted.filter(({ names }) => names.includes(name));
      keeper.keep(key, recordOf(name, settled, mine, asked));
    },
  };
}

function recordOf(
  classifier: string,
  { answer }: Settled,
  noted: readonly Noted[],
  { jobId, model, price }: Asked,
): LabelRecord {
  const { requests, calls } = callsOf(noted);
  return {
    job_id: jobId,
    classifier,
    model,
    requests,
    calls,
    status: answer.status,
    error_code: answer.errorCode,
    error_message: answer.errorMessage,
    outputs: answer.outputs,
    repair: answer.repair,
    prompt_tokens: answer.promptTokens,
    cached_tokens: answer.cachedTokens,
    completion_tokens: answer.completionTokens,
    cost: costOf(answer, price),
    currency: price?.currency ?? null,
  };
}

/** Attempts of one call mostly send the same body: it is kept once. */
function callsOf(noted: readonly Noted[]): Pick<LabelRecord, 'requests' | 'calls'> {
  const places = new Map<string, number>();
  const requests: Sent['body'][] = [];
  const calls = noted.map(({ names, sent, sentAt }): CallRecord => {
    const text = JSON.stringify(sent.body);
    const request = places.get(text) ?? requests.push(sent.body) - 1;
    places.set(text, request);
    const { endpoint, latencyMs, outcome, reason, reply } = sent;
    return {
      classifiers: names,
      request,
      endpoint,
      sent_at: sentAt,
      latency_ms: Math.round(latencyMs),
      outcome,
      reason,
      reply: reply === null ? null : replyRecord(reply),
    };
  });
  return { requests, calls };
}

function replyRecord(reply: NonNullable<Sent['reply']>): NonNullable<CallRecord['reply']> {
  return {
    text: reply.text,
    refusal: reply.refusal,
    finish_reason: reply.finishReason,
    model: reply.model,
    prompt_tokens: reply.promptTokens,
    cached_tokens: reply.cachedTokens,
    completion_tokens: reply.completionTokens,
  };
}
