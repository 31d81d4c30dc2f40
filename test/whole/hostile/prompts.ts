import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Truncation } from '../../../src/base/conversation.ts';
import { promptText } from '../../classifier/prompts.ts';

const front = (more: string) => `
outputs: [{ name: label, kind: string, enumValues: [Plain, Odd] }]
metadata: { semtel: { labels: { label: { Plain: { definition: Ordinary talk. }, Odd: { definition: The rest. } } }${more} } }`;

const rules = 'system:\nChoose Plain or Odd.\n';

/** By name of a classifier how it cuts: one for each strategy. */
export const cutting: Readonly<Record<string, Truncation>> = {
  cut_head: { maxTokens: 150, strategy: 'head' },
  cut_tail: { maxTokens: 150, strategy: 'tail' },
  cut_head_tail: { maxTokens: 150, strategy: 'head_tail' },
  cut_user_first: { maxTokens: 150, strategy: 'user_first' },
  cut_per_message: { maxTokens: 150, strategy: 'per_message' },
};

/** Files by name. `looped` prints messages itself; `thread` has them as messages of the request. */
const files: Readonly<Record<string, string>> = {
  looped: promptText(
    front(''),
    `${rules}user:\n{% for m in messages %}<{{ m.i }} {{ m.role }}>{{ m.content }}{% endfor %}<end>\n`,
  ),
  thread: promptText(
    `inputs: [{ name: conversation, kind: thread }]${front('')}`,
    `${rules}{{ conversation }}\nuser:\nPlain or Odd?\n`,
  ),
  ...Object.fromEntries(
    Object.entries(cutting).map(([name, { maxTokens, strategy }]) => {
      const more = `, truncate: { max_tokens: ${maxTokens}, strategy: ${strategy} }`;
      return [name, promptText(front(more), `${rules}user:\n{{ conversation }}\n`)];
    }),
  ),
};

/** Settings with a folder of these prompts while `work` runs. */
export async function withPrompts(work: (settings: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-prompts-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.prompty`), text);
    await work(`prompts: ["${folder}"]`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
