import type { Check } from './check.ts';
import type { ModelOptions } from './promptFile.ts';

/** Prompty's option names in the words of an OpenAI request body. */
const bodyNames = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  stopSequences: 'stop',
} as const satisfies Partial<Record<keyof ModelOptions, string>>;

/** Body fields that semtel writes itself: a prompt that set them would break the request or its reply. */
const ours = [
  'model',
  'messages',
  'response_format',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'n',
  'tools',
];

/** Further request body fields of a classifier; `maxOutputTokens` is not among them. */
export function parametersOf(options: ModelOptions, check: Check): Readonly<Record<string, unknown>> {
  const parameters: Record<string, unknown> = {};
  for (const [option, field] of Object.entries(bodyNames) as [keyof typeof bodyNames, string][]) {
    if (options[option] !== undefined) parameters[field] = options[option];
  }
  for (const [field, value] of Object.entries(options.additionalProperties ?? {})) {
    if (ours.includes(field) || field in parameters) {
      check.fail(
        ['model', 'options', 'additionalProperties', field],
        `model.options.additionalProperties: "${field}" is written by semtel and cannot be set here`,
      );
    }
    parameters[field] = value;
  }
  return parameters;
}
