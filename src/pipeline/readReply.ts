import type { Answer } from '../base/answer.ts';
import type { Reading } from '../classifier/classifier.ts';
import type { ChatReply } from '../llm/call.ts';
import type { Prompt } from './prompt.ts';
import { splitTokens } from './splitTokens.ts';

const refusal: Reading = {
  ok: false,
  status: 'refused',
  code: 'model_refusal',
  fault: 'The model refused to answer.',
};
const cut: Reading = {
  ok: false,
  status: 'invalid',
  code: 'truncated_reply',
  fault: 'The reply was cut at its token limit.',
};

function readings(prompt: Prompt, reply: ChatReply): readonly Reading[] {
  if (reply.refusal !== null) return prompt.classifiers.map(() => refusal);
  const read = prompt.read(reply.text);
  return reply.finishReason === 'length' ? read.map((reading) => (reading.ok ? reading : cut)) : read;
}

/** One answer per classifier of the prompt; the call's bill is split over them. */
export function readReply(prompt: Prompt, reply: ChatReply): readonly Answer[] {
  const parts = prompt.classifiers.length;
  const promptTokens = splitTokens(reply.promptTokens, parts);
  const completionTokens = splitTokens(reply.completionTokens, parts);
  return readings(prompt, reply).map((reading, index): Answer => {
    const shared = {
      source: 'llm',
      model: reply.model,
      endpoint: reply.endpoint,
      promptTokens: promptTokens[index]!,
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
