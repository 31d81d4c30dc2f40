import type { Clock } from '../../base/clock.ts';
import { openScope, type Scope } from '../../base/scope.ts';
import type { ChatRequest, ProbeResult } from '../call.ts';
import { type EndpointConfig, structuredModes } from '../config.ts';
import type { Failure } from '../failure.ts';
import type { FailedSend } from '../http/outcome.ts';
import type { Send } from '../http/send.ts';

/** Long enough for a model that is loaded on demand. */
const probeMs = 60_000;

const question: Omit<ChatRequest, 'model'> = {
  messages: () => [{ role: 'user', content: 'Reply with the JSON object {"ok": true} and nothing else.' }],
  // Room for a reasoning model to think.
  maxOutputTokens: 512,
  parameters: {},
  responseSchema: {
    name: 'probe',
    schema: {
      type: 'object',
      properties: { ok: { type: 'boolean' } },
      required: ['ok'],
      additionalProperties: false,
    },
  },
  promptTokens: 32,
  jobId: 'probe',
  weight: 1,
};

const advice: Partial<Record<Failure, string>> = {
  rejected: 'check api_key, base_url and model of this endpoint',
  connection: 'check base_url and the network',
  timeout: 'the endpoint is too slow or does not answer at all',
  throttled: 'the quota is spent for now; try again later',
  server_error: 'the endpoint is at fault; try again later',
  format_rejected: 'set `structured` of this endpoint to a simpler mode',
  schema_rejected: 'set `structured` of this endpoint to a simpler mode',
  unexplained: 'check `request` and `structured` of this endpoint',
  request_rejected: 'check `request` of this endpoint',
};

/** Failures after which a simpler mode may do. */
const mayBeTheMode: ReadonlySet<Failure> = new Set(['format_rejected', 'schema_rejected', 'unexplained']);

/** 402 and 429 mean money where they are a refusal, not the key. */
function adviceOn({ outcome, status }: FailedSend): string | undefined {
  const unpaid = outcome === 'rejected' && (status === 402 || status === 429);
  return unpaid ? 'check the plan and the credit of this account' : advice[outcome];
}

/** Asks one endpoint one small question, outside queue, quota and retry; `auto` goes through the modes. */
export async function probe(
  model: string,
  config: EndpointConfig,
  send: Send,
  clock: Clock,
  parent: Scope,
): Promise<ProbeResult> {
  const sentMs = clock.now();
  const scope = openScope(clock, { parent, deadlineMs: sentMs + probeMs });
  const common = { model, endpoint: config.name };
  const bad = (words: string): ProbeResult => ({
    ...common,
    ok: false,
    detail: words,
    structured: null,
    quota: { requests: null, tokens: null },
    latencyMs: null,
  });
  try {
    const apiKey = config.apiKey();
    const modes = config.structured === 'auto' ? structuredModes : [config.structured];
    let failure: FailedSend | undefined;
    for (const structured of modes) {
      const startMs = clock.now();
      const result = await send({ config, apiKey, structured }, { ...question, model }, scope);
      if (result.outcome === 'ok') {
        const { requests, tokens } = result.rates;
        return {
          ...common,
          ok: true,
          detail: `answers as model ${result.reply.model}`,
          structured,
          quota: { requests: requests.limit, tokens: tokens.limit },
          latencyMs: clock.now() - startMs,
        };
      }
      failure = result;
      if (!mayBeTheMode.has(result.outcome)) break;
    }
    const hint = failure === undefined ? undefined : adviceOn(failure);
    return bad(`${failure?.reason ?? 'was not asked'}${hint === undefined ? '' : `; ${hint}`}`);
  } catch {
    return bad('has an API key that cannot be read; check api_key of this endpoint');
  } finally {
    scope.dispose();
  }
}
