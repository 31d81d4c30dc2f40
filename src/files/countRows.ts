import type { Input } from './columns.ts';

/** Reads all inputs to their ends and counts their rows; a bad line is found here, before anything is done with the others. */
export async function countRows(inputs: readonly Input[]): Promise<number> {
  let rows = 0;
  for (const input of inputs) for await (const part of input.read()) rows += part.count;
  return rows;
}
