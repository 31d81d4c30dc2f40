import type { DeclaredOutput } from './outputs.ts';

/** Room for one free text, and entries for one free list: labels and scores are asked for, not essays. */
const freeTextBytes = 600;
const listItems = 8;

function valueBytes(output: DeclaredOutput): number {
  if (output.choices !== null) {
    return Math.max(...output.choices.map((choice) => Buffer.byteLength(JSON.stringify(choice))));
  }
  switch (output.kind) {
    case 'string':
      return freeTextBytes;
    case 'array':
      return listItems * (valueBytes(output.items!) + 2) + 2;
    case 'object':
      return replyBytes(output.properties!);
    default:
      return 20;
  }
}

function replyBytes(outputs: readonly DeclaredOutput[]): number {
  return outputs.reduce((sum, output) => sum + output.name.length + 6 + valueBytes(output), 4);
}

/**
 * Output tokens to ask for where the file names no limit: half the bytes of the longest reply expected (JSON of labels
 * runs at about three bytes a token, so this leaves a third to spare), at least 32.
 */
export function defaultOutputTokens(outputs: readonly DeclaredOutput[]): number {
  return Math.max(32, Math.ceil(replyBytes(outputs) / 2));
}
