/**
 * Lets openaivec, which speaks the Responses API, use an endpoint of chat completions: each request holds one
 * conversation and goes on as the chat completion that everybody sends; status and headers come back as they are.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Agent, request } from 'undici';
import type { LoopSpec } from './loopSpec.ts';
import { bodyOf } from './work.ts';

const [file, origin, port] = process.argv.slice(2) as [string, string, string];
const spec = JSON.parse(readFileSync(file, 'utf8')) as LoopSpec;
const dispatcher = new Agent({ connections: 1_024, headersTimeout: 0, bodyTimeout: 0 });

interface Chat {
  readonly id: string;
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
}

/** The user message of the one conversation of a request, and its number. */
function itemOf(body: string): { id: number; body: string } {
  const { input } = JSON.parse(body) as { input: string };
  return (JSON.parse(input) as { user_messages: [{ id: number; body: string }] }).user_messages[0];
}

function asResponse({ id, choices, usage }: Chat, item: number): unknown {
  // A label that is no JSON leaves the text unreadable, as it was.
  const text = `{"assistant_messages":[{"id":${item},"body":${choices[0]!.message.content}}]}`;
  return {
    id,
    object: 'response',
    created_at: 0,
    status: 'completed',
    model: 'bench',
    output: [
      {
        id,
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    parallel_tool_calls: false,
    tool_choice: 'none',
    tools: [],
    usage: {
      input_tokens: usage.prompt_tokens,
      output_tokens: usage.completion_tokens,
      total_tokens: usage.total_tokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };
}

createServer(async (incoming, outgoing) => {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    let text = '';
    for await (const part of incoming.setEncoding('utf8')) text += part;
    const item = itemOf(text);
    const reply = await request(`${origin}${incoming.url!.replace(/responses$/, 'chat/completions')}`, {
      method: 'POST',
      body: JSON.stringify(bodyOf(spec, item.body)),
      signal: gone.signal,
      dispatcher,
    });
    const { 'content-length': _, connection: __, 'transfer-encoding': ___, ...headers } = reply.headers;
    const answer = await reply.body.text();
    outgoing.writeHead(reply.statusCode, headers as Record<string, string>);
    outgoing.end(
      reply.statusCode === 200 ? JSON.stringify(asResponse(JSON.parse(answer) as Chat, item.id)) : answer,
    );
  } catch {
    // As the endpoint did.
    outgoing.destroy();
  }
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
