/** The alternatives of overhead.ts: one process, one loop, no rate limits, no retries, no rows to keep. */
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import { Pool } from 'undici';
import { loadCatalogue } from '../../src/classifier/catalogue.ts';
import { overheadRows } from './overheadRows.ts';

const [kind, origin, width] = process.argv.slice(2) as ['sdk' | 'undici', string, string];
const classifier = loadCatalogue(['prompts'], { env: {} }).get('topic')!;

function bodyOf(conversation: string) {
  return {
    model: 'bench',
    messages: classifier.render(conversation) as { role: 'system' | 'user'; content: string }[],
    max_completion_tokens: classifier.maxOutputTokens,
    temperature: 0,
    response_format: {
      type: 'json_schema' as const,
      json_schema: {
        name: 'topic',
        strict: true,
        schema: classifier.responseSchema as Record<string, unknown>,
      },
    },
  };
}

const sdk = new OpenAI({ apiKey: 'none', baseURL: `${origin}/v1`, maxRetries: 0 });
const pool = new Pool(origin, { connections: Number(width) });

async function askSdk(conversation: string): Promise<string> {
  const reply = await sdk.chat.completions.create(bodyOf(conversation));
  return reply.choices[0]!.message.content!;
}

async function askUndici(conversation: string): Promise<string> {
  const { body } = await pool.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(conversation)),
  });
  const reply = (await body.json()) as { choices: { message: { content: string } }[] };
  return reply.choices[0]!.message.content;
}

const ask = kind === 'sdk' ? askSdk : askUndici;

/** Asks all rows, `width` at a time. */
async function askAll(rows: readonly string[]): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < rows.length) JSON.parse(await ask(rows[next++]!)).label;
  };
  await Promise.all(Array.from({ length: Number(width) }, worker));
}

for await (const line of createInterface({ input: process.stdin })) {
  const [count, from] = line.split(' ').map(Number) as [number, number];
  const rows = overheadRows(count, from);
  console.log('ready');
  await askAll(rows);
  console.log('done');
}
