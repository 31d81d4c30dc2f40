import type { Input } from './columns.ts';

/** The rows of all inputs; a bad line is found here, before anything is done with the others. */
export async function countRows(inputs: readonly Input[]): Promise<number> {
  let rows = 0;
  for (const input of inputs) rows += await input.count();
  return rows;
}
