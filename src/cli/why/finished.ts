import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Json } from '../../arrow/jsonRows.ts';
import { SemtelError } from '../../base/error.ts';
import { nearest } from '../../base/nearest.ts';
import { jsonValues } from '../../files/read/jsonValues.ts';
import { wrong } from '../arguments.ts';
import type { KnownClassifier } from '../run/labeller.ts';

/** What of `OUT.semtel.json` leads back to a row's conversation. */
const summarySchema = z.object({
  inputs: z.array(z.string()),
  server: z.string().nullable(),
  job_id: z.string(),
  options: z.object({ conversation: z.string(), id: z.string().nullable() }),
  classifiers: z.array(z.object({ name: z.string(), digest: z.string(), model: z.string() })),
});
export type Finished = z.output<typeof summarySchema>;

/** One answer of the output: a struct of contract section 4. */
export type AnswerValue = { readonly [name: string]: Json };

/** The run that wrote `output`, as told beside it. Rejects with one `input` sentence. */
export async function readFinished(output: string): Promise<Finished> {
  const path = `${output}.semtel.json`;
  let parsed: ReturnType<typeof summarySchema.safeParse> | undefined;
  try {
    parsed = summarySchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // The words below are for this case, too.
  }
  if (parsed?.success) return parsed.data;
  throw new SemtelError(
    'input',
    `${path} cannot be read: "semtel run" writes it beside its output at the end, and it tells which conversations were asked.`,
  );
}

/** The classifiers of the run that are asked about; all of them where none is named. */
export function chosen({ classifiers }: Finished, names: readonly string[]): readonly KnownClassifier[] {
  if (names.length === 0) return classifiers;
  return names.map((name) => {
    const found = classifiers.find((classifier) => classifier.name === name);
    if (found !== undefined) return found;
    const known = classifiers.map((classifier) => classifier.name);
    throw wrong(`the output has no "${name}"; did you mean "${nearest(name, known)}"?`);
  });
}

/** The first row of the output with this id. */
export async function rowWith(id: string, idColumn: string, output: string, { classifiers }: Finished) {
  const answers = classifiers.map(({ name }) => name);
  for await (const row of jsonValues(output, answers)) if (String(row[idColumn]) === id) return row;
  throw new SemtelError('input', `${output} has no row whose "${idColumn}" is "${id}".`);
}
