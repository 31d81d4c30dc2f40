import type { PromptMessage } from './classifier.ts';
import { withoutRaw } from './raw.ts';

/** One message of the template: what the author wrote for it, not yet rendered. */
export interface Part {
  /** `thread`: the conversation's own messages stand here. */
  readonly role: PromptMessage['role'] | 'thread';
  readonly source: string;
  /** Line of the body, from 0, on which `source` begins. */
  readonly line: number;
}

/** What keeps a body from being split. */
export interface RoleFault {
  /** Line of the body, from 0. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

const roleLine =
  /^[ \t]*(?:#+[ \t]*)?(system|user|assistant|developer)[ \t]*(?:\[[^\]\n]*\][ \t]*)?:[ \t]*$/i;

/** A thread is printed alone on its line. */
const threadLine = /^[ \t]*\{\{-?[ \t]*conversation[ \t]*-?\}\}[ \t]*$/;

/** Comments, statements and expressions; quoted text inside a tag may hold the tag's own closing mark. */
const tags =
  /\{#[\s\S]*?#\}|\{%[-+]?\s*(\w*)((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'])*?)%\}|\{\{(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'])*?\}\}/g;

const openers = ['if', 'for', 'macro', 'call', 'filter', 'set', 'raw'];

interface Enclosed {
  /** Lines inside a block. */
  readonly blocks: ReadonlySet<number>;
  /** Lines that begin inside a tag or comment. */
  readonly tags: ReadonlySet<number>;
  /** Line of a block that is never closed. */
  readonly unclosed: number | null;
}

function enclosedLines(body: string): Enclosed {
  const lineAt = (offset: number) => body.slice(0, offset).split('\n').length - 1;
  const inBlocks = new Set<number>();
  const inTags = new Set<number>();
  let depth = 0;
  let opened = 0;
  for (const match of body.matchAll(tags)) {
    const [text, word, rest] = match;
    const first = lineAt(match.index);
    const last = lineAt(match.index + text.length);
    for (let line = first + 1; line <= last; line++) inTags.add(line);
    if (word === undefined) continue;
    // `{% set x = 1 %}` stands alone; `{% set x %}` opens a block.
    const opens = openers.includes(word) && !(word === 'set' && rest!.includes('='));
    if (opens) {
      if (depth === 0) opened = last;
      depth++;
    }
    if (!word.startsWith('end') || depth === 0) continue;
    depth--;
    if (depth === 0) {
      for (let line = opened + 1; line <= first; line++) inBlocks.add(line);
    }
  }
  return { blocks: inBlocks, tags: inTags, unclosed: depth > 0 ? opened : null };
}

/**
 * Splits the author's source at its role lines (Prompty 2, section 2.10) before anything is rendered, so that text
 * from data can never become a role. Text above the first role line is a system message. Blank lines around a message
 * are dropped; attributes in brackets are accepted and not used.
 *
 * @param thread the conversation is a thread: a line that prints it is a part of its own, and the message goes on below
 * @returns the messages in order; with faults, not to be used
 */
export function splitRoles(
  body: string,
  thread = false,
): { parts: readonly Part[]; faults: readonly RoleFault[] } {
  const enclosed = enclosedLines(withoutRaw(body));
  const faults: RoleFault[] = [];
  if (enclosed.unclosed !== null) {
    faults.push({
      line: enclosed.unclosed,
      rule: 'load',
      message: 'the template block that begins here is not closed',
    });
  }
  const parts: Part[] = [];
  const lines = body.split('\n');
  let role: Part['role'] = 'system';
  let start = 0;
  const finish = (end: number, named: boolean) => {
    let from = start;
    let to = end;
    while (from < to && lines[from]!.trim() === '') from++;
    while (to > from && lines[to - 1]!.trim() === '') to--;
    if (from < to || named) parts.push({ role, source: lines.slice(from, to).join('\n'), line: from });
  };
  let named = false;
  for (const [index, line] of lines.entries()) {
    const stands = thread && threadLine.test(line);
    const word = roleLine.exec(line)?.[1];
    if ((word === undefined && !stands) || enclosed.tags.has(index)) continue;
    if (enclosed.blocks.has(index)) {
      faults.push({
        line: index,
        rule: 'role_in_block',
        message: `the ${stands ? 'thread' : 'role line'} "${line.trim()}" stands inside a template block; messages cannot depend on data, so move it out of the block`,
      });
      continue;
    }
    finish(index, named && !stands);
    if (stands) parts.push({ role: 'thread', source: line, line: index });
    if (word !== undefined) role = word.toLowerCase() as Part['role'];
    start = index + 1;
    named = word !== undefined;
  }
  finish(lines.length, named);
  return { parts, faults };
}
