import { SemtelError } from '../base/error.ts';
import type { Scope } from '../base/scope.ts';
import type { Classifier, PromptMessage } from '../classifier/classifier.ts';
import {
  type Call,
  CallError,
  type ChatReply,
  type ChatRequest,
  type Sent,
  type Trouble,
} from '../llm/call.ts';
import { addBill, endedAnswer } from './answers.ts';
import type { Settled } from './batch.ts';
import { type Prompt, promptFor } from './prompt.ts';
import { readReply } from './readReply.ts';

/** One call's worth of questions: the classifiers to judge one conversation by. */
export interface Asking {
  readonly prompt: Prompt;
  /** Logical model. */
  readonly model: string;
  /** The prepared conversation: a compact JSON array. Asked for when it is sent. */
  readonly conversation: () => string;
  /** UTF-8 bytes of it. */
  readonly conversationBytes: number;
  readonly jobId: string;
  readonly weight: number;
  readonly onAttempt: NonNullable<ChatRequest['onAttempt']>;
  readonly onTrouble: (trouble: Trouble) => void;
  /** Told of each HTTP request, with the classifiers that it asked for. */
  readonly onSent?: ((classifiers: readonly Classifier[], sent: Sent) => void) | undefined;
}

/** Bytes of text a token stands for on average; the engine corrects it by what is billed. */
export const bytesPerToken = 4;

/** How much of an unusable reply goes back to the model when it is asked once more. */
const maxQuotedChars = 2_000;

/** Estimate of a call's prompt tokens, from bytes. */
function estimatePromptTokens({ prompt, conversationBytes }: Asking, quotedBytes: number): number {
  return Math.ceil((prompt.promptBytes + conversationBytes + quotedBytes) / bytesPerToken);
}

interface Again {
  /** Null for a reply that was cut: the model did nothing wrong, and asked the same it needs only more room. */
  readonly unusable: { readonly reply: string; readonly fault: string } | null;
  readonly maxOutputTokens: number;
}

function namingTheFault({ reply, fault }: NonNullable<Again['unusable']>): readonly PromptMessage[] {
  return [
    { role: 'assistant', content: reply.slice(0, maxQuotedChars) },
    { role: 'user', content: `That reply cannot be used. ${fault} Reply again with the JSON object only.` },
  ];
}

function send(asking: Asking, again: Again | null, call: Call, scope: Scope): Promise<ChatReply> {
  const { prompt, model, conversation, jobId, weight, onAttempt, onTrouble, onSent } = asking;
  const naming = again?.unusable ? namingTheFault(again.unusable) : [];
  const namingBytes = naming.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return call(
    {
      model,
      messages: () => [...prompt.render(conversation()), ...naming],
      maxOutputTokens: again?.maxOutputTokens ?? prompt.maxOutputTokens,
      parameters: prompt.parameters,
      responseSchema: { name: prompt.name, schema: prompt.responseSchema },
      promptTokens: estimatePromptTokens(asking, namingBytes),
      jobId,
      weight,
      onAttempt,
      onTrouble,
      ...(onSent && { onSent: (sent: Sent) => onSent(prompt.classifiers, sent) }),
    },
    scope,
  );
}

/** The request's own fault: several questions together may be refused where each alone is not. */
function mayPassAlone(error: SemtelError): boolean {
  return (
    error.kind === 'request_rejected' || error.kind === 'context_length' || error.kind === 'content_filter'
  );
}

function failed(error: unknown, parts: number): readonly Settled[] {
  const answer = error instanceof SemtelError ? endedAnswer(error) : undefined;
  if (answer === undefined) throw error;
  const calls = error instanceof CallError ? error.attempts : 0;
  // The call's requests are counted once, with its first question.
  return Array.from({ length: parts }, (_, index) => ({ answer, calls: index === 0 ? calls : 0 }));
}

/** The one more ask that an unusable reply gets, alone: naming the fault, or with double the room if it was cut. */
async function askAgain(
  asking: Asking,
  classifier: Classifier,
  first: Settled,
  reply: string,
  call: Call,
  scope: Scope,
): Promise<Settled> {
  const prompt = promptFor([classifier]);
  const { errorCode, errorMessage } = first.answer;
  const again =
    errorCode === 'truncated_reply'
      ? { unusable: null, maxOutputTokens: prompt.maxOutputTokens * 2 }
      : { unusable: { reply, fault: errorMessage ?? '' }, maxOutputTokens: prompt.maxOutputTokens };
  let second: Settled;
  try {
    const answer = await send({ ...asking, prompt }, again, call, scope);
    second = { answer: readReply(prompt, answer)[0]!, calls: answer.attempts };
  } catch (error) {
    second = failed(error, 1)[0]!;
  }
  return { answer: addBill(second.answer, first.answer), calls: first.calls + second.calls };
}

/**
 * Asks one call's questions: one result per classifier of the prompt, in its order. What cannot be read is asked
 * once more, alone; what the endpoint rejects as a whole is asked one by one. Rejects only on a fault of our own.
 */
export async function ask(asking: Asking, call: Call, scope: Scope): Promise<readonly Settled[]> {
  const { classifiers } = asking.prompt;
  let reply: ChatReply;
  try {
    reply = await send(asking, null, call, scope);
  } catch (error) {
    if (classifiers.length > 1 && error instanceof SemtelError && mayPassAlone(error))
      return askOneByOne(asking, call, scope, error instanceof CallError ? error.attempts : 0);
    return failed(error, classifiers.length);
  }
  const first = readReply(asking.prompt, reply).map((answer, index) => ({
    answer,
    calls: index === 0 ? reply.attempts : 0,
  }));
  return Promise.all(
    first.map((settled, index) =>
      settled.answer.status === 'invalid'
        ? askAgain(asking, classifiers[index]!, settled, reply.text, call, scope)
        : settled,
    ),
  );
}

/** @param rejected requests that asked all of them together: each row took part in them, the ledger counts them once */
async function askOneByOne(
  asking: Asking,
  call: Call,
  scope: Scope,
  rejected: number,
): Promise<readonly Settled[]> {
  const each = asking.prompt.classifiers.map((classifier) =>
    ask({ ...asking, prompt: promptFor([classifier]) }, call, scope),
  );
  return (await Promise.all(each)).flat().map(({ answer, calls }, index) => ({
    answer: { ...answer, attempts: answer.attempts + rejected },
    calls: index === 0 ? calls + rejected : calls,
  }));
}
