import type { ChatRequest } from '../call.ts';
import type { EndpointConfig, StructuredMode } from '../config.ts';

const formats = new WeakMap<object, object>();

/** One frozen object per schema, so that its JSON is made once. */
function schemaFormat({ name, schema }: ChatRequest['responseSchema']): object {
  const known =
    formats.get(schema) ??
    Object.freeze({ type: 'json_schema', json_schema: { name, strict: true, schema } });
  formats.set(schema, known);
  return known;
}

/** The JSON body of a chat completion. The endpoint's own `request` fields win; a null there removes a field. */
export function requestBody(
  config: EndpointConfig,
  request: ChatRequest,
  structured: StructuredMode,
): Record<string, unknown> {
  const body: Record<string, unknown> = {
    model: config.model,
    messages: request.messages(),
    // Reasoning models reject max_tokens.
    max_completion_tokens: request.maxOutputTokens,
    ...request.parameters,
  };
  if (structured === 'json_object') body.response_format = { type: 'json_object' };
  if (structured === 'json_schema') {
    body.response_format = schemaFormat(request.responseSchema);
  }
  for (const [field, value] of Object.entries(config.request)) {
    if (value === null) delete body[field];
    else body[field] = value;
  }
  return body;
}
