import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { wrong } from '../arguments.ts';

/**
 * Throws where a run that reads `files`, found as `inputs`, would write over one of them, or where it would be read
 * what it has written the next time. Links to folders are followed.
 */
export function checkOutput(output: string, inputs: readonly string[], files: readonly string[]): void {
  if (output === '-') return;
  const place = placeOf(output);
  for (const folder of inputs)
    if (place.startsWith(`${targetOf(folder)}${sep}`))
      throw wrong(`${output} lies in the folder ${folder}, which is read; write it elsewhere.`);
  const written = [place, `${place}.part`, `${place}.semtel.json`];
  const taken = files.find((file) => written.includes(placeOf(file)) || written.includes(targetOf(file)));
  if (taken !== undefined)
    throw wrong(`${taken} is read, and would be written over by -o ${output}; write to another file.`);
}

/** Where a name stands; it need not be there yet. */
function placeOf(path: string): string {
  const whole = resolve(path);
  return join(targetOf(dirname(whole)), basename(whole));
}

/** Where a name leads to. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
