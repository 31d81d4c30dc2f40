import { jsonRows } from '../../arrow/jsonRows.ts';
import { ipcOf } from '../../arrow/rows.ts';
import { SemtelError } from '../../base/error.ts';
import type { Input } from '../../files/read/columns.ts';
import { prepare } from '../../workers/prepare.ts';
import type { KnownClassifier } from '../run/labeller.ts';

/**
 * The keys under which a row's questions were asked, one per classifier, made again from its conversation; '' where the
 * row was skipped. The first row with the id counts.
 */
export async function questionKeys(
  id: string,
  classifiers: readonly KnownClassifier[],
  inputs: readonly Input[],
): Promise<readonly string[]> {
  for (const input of inputs) {
    for await (const rows of input.read()) {
      const index = jsonRows(ipcOf([rows])).findIndex((row) => String(row[input.id]) === id);
      if (index >= 0) return keysOf(ipcOf([rows.slice(index, index + 1)]), input, classifiers);
    }
  }
  const paths = inputs.map(({ path }) => path).join(', ');
  throw new SemtelError('input', `${paths}: there is no row with the id "${id}" any more.`);
}

/** As the pipeline makes them; truncation is no part of a key. */
function keysOf(ipc: Uint8Array, input: Input, classifiers: readonly KnownClassifier[]): readonly string[] {
  const { keys } = prepare({
    jobId: '',
    ipc,
    rowCount: 1,
    maxRows: 1,
    columns: { conversation: input.conversation, id: input.id, passthrough: [] },
    questions: classifiers.map(({ digest, model }) => ({ digest, model, truncate: null })),
    texts: false,
  });
  return keys.map(([key]) => key!);
}
