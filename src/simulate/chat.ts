import { answerChat } from './answers/answer.ts';
import { type Spoken, speak } from './answers/spoil.ts';
import type { Result, Work } from './call.ts';
import { type ChatRequest, type JsonObject, readChatRequest } from './chatRequest.ts';
import { replyFormats } from './control.ts';
import type { Endpoint } from './endpoint.ts';
import { drawFault, replyFaults } from './faults.ts';
import { badRequest, isProblem, type Problem } from './problem.ts';
import { chatTokens, type TokenCounter } from './tokens.ts';
import type { World } from './world.ts';

/** Window of common hosted models: a longer prompt is refused, as by them. */
const contextTokens = 128_000;

/** Reserved for the output of a request that sets no bound: the default of OpenAI's completions. */
const unboundedReserve = 16;

const contentFilter: Problem = badRequest(
  "Simulated: the response was filtered because the prompt triggered the provider's content policy.",
  'prompt',
  'content_filter',
);

/** Every model that answers here says that it is none. */
export function simulatedModel(model: string): string {
  return model.startsWith('simulated-') ? model : `simulated-${model}`;
}

/** The longest beginning of `text` that is not over `maxTokens`. */
function cut(text: string, maxTokens: number, tokens: TokenCounter): string {
  let fits = 0;
  let over = text.length;
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (tokens.count(text.slice(0, middle)).tokens <= maxTokens) fits = middle;
    else over = middle;
  }
  return text.slice(0, fits);
}

function bounded(spoken: Spoken, maxTokens: number | undefined, tokens: TokenCounter): Spoken {
  const { content } = spoken;
  if (maxTokens === undefined || content === null || tokens.count(content).tokens <= maxTokens) return spoken;
  return { ...spoken, content: cut(content, maxTokens, tokens), finishReason: 'length' };
}

/** The work of one chat request, or what is wrong with it. */
export function chatWork(endpoint: Endpoint, body: JsonObject, world: World): Work | Problem {
  const request = readChatRequest(body);
  if (isProblem(request)) return request;
  const { type } = request.format;
  if (replyFormats.indexOf(type) < replyFormats.indexOf(endpoint.control.structured)) {
    return badRequest(
      `Invalid parameter: 'response_format' of type '${type}' is not supported with this model.`,
      'response_format',
    );
  }
  const counted = request.messages.map(({ content }) => world.tokens.count(content));
  const promptTokens = chatTokens(counted);
  if (promptTokens > contextTokens) {
    const message = `This model's maximum context length is ${contextTokens} tokens; your messages have ${promptTokens}.`;
    return badRequest(message, 'messages', 'context_length_exceeded');
  }
  return {
    promptTokens,
    reservedTokens: promptTokens + (request.maxOutputTokens ?? unboundedReserve),
    answer() {
      const cachedTokens = endpoint.promptCache.pass(counted);
      return reply(endpoint, request, { promptTokens, cachedTokens }, world);
    },
  };
}

function reply(
  endpoint: Endpoint,
  request: ChatRequest,
  { promptTokens, cachedTokens }: { promptTokens: number; cachedTokens: number },
  world: World,
): Result | Problem {
  const { control, faultRandom, recorder } = endpoint;
  const fault = drawFault(replyFaults, control.faults, faultRandom);
  if (fault !== null) recorder.fault(fault);
  if (fault === 'content_filter') return contentFilter;

  const value = answerChat(request, control.answers, world.instructions);
  const { content, refusal, finishReason } = bounded(
    speak(value, fault, faultRandom),
    request.maxOutputTokens,
    world.tokens,
  );
  const completionTokens = world.tokens.count(content ?? refusal ?? '').tokens;
  const body = {
    id: `chatcmpl-simulated-${world.nextId()}`,
    object: 'chat.completion',
    created: Math.floor(world.unixMsOf(world.clock.now()) / 1_000),
    model: simulatedModel(request.model),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
  };
  return { body, completionTokens, cachedTokens };
}
