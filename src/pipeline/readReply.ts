import type { Answer } from '../base/answer.ts';
import type { Reading } from '../classifier/classifier.ts';
import type { ChatReply } from '../llm/call.ts';
import type { Prompt } from './prompt.ts';
import { splitTokens } from './splitTokens.ts';

/** What a reply was worth, how it ended taken into account. */
type Worth = Reading | { ok: false; status: 'refused'; code: 'content_filter'; fault: string };

const refusal: Worth = {
  ok: false,
  status: 'refused',
  code: 'model_refusal',
  fault: 'The model refused to answer.',
};
const filtered: Worth = {
  ok: false,
  status: 'refused',
  code: 'content_filter',
  fault: "The provider's content filter stopped the reply.",
};
const cut: Worth = {
  ok: false,
  status: 'invalid',
  code: 'truncated_reply',
  fault: 'The reply was cut at its token limit.',
};

function readings(prompt: Prompt, reply: ChatReply): readonly Worth[] {
  if (reply.refusal !== null) return prompt.classifiers.map(() => refusal);
  if (reply.finishReason === 'content_filter') return prompt.classifiers.map(() => filtered);
  const read = prompt.read(reply.text);
  // What would have followed is unknown, so a cut reply is taken only where nothing is missing.
  return reply.finishReason === 'length'
    ? read.map((reading) => (reading.ok && reading.repair === null ? reading : cut))
    : read;
}

/** One answer per classifier of the prompt; the call's bill is split over them. */
export function readReply(prompt: Prompt, reply: ChatReply): readonly Answer[] {
  const parts = prompt.classifiers.length;
  const promptTokens = splitTokens(reply.promptTokens, parts);
  const cachedTokens = splitTokens(reply.cachedTokens, parts);
  const completionTokens = splitTokens(reply.completionTokens, parts);
  return readings(prompt, reply).map((reading, index): Answer => {
    const shared = {
      source: 'llm',
      model: reply.model,
      endpoint: reply.endpoint,
      promptTokens: promptTokens[index]!,
      cachedTokens: cachedTokens[index]!,
      completionTokens: completionTokens[index]!,
      attempts: reply.attempts,
      latencyMs: Math.round(reply.latencyMs),
      callQuestions: parts,
    } as const;
    return reading.ok
      ? {
          ...shared,
          status: 'ok',
          errorCode: null,
          errorMessage: null,
          outputs: reading.outputs,
          repair: reading.repair,
        }
      : {
          ...shared,
          status: reading.status,
          errorCode: reading.code,
          errorMessage: reading.fault,
          outputs: null,
          repair: null,
        };
  });
}
