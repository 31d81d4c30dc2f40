import type { ColumnarFile } from '../../arrow/columnarFile.ts';
import { SemtelError } from '../../base/error.ts';
import { conversationsAre, couldBe, findColumns, type Input, type Wanted } from './columns.ts';
import { openFile } from './openFile.ts';
import { dataFiles } from './paths.ts';
import { openRecords } from './records.ts';
import { sameIds } from './sameIds.ts';

/**
 * Opens data files, and those that folders hold, and finds their columns. Rejects with one `input` sentence that
 * names the file.
 */
export async function openInputs(paths: readonly string[], wanted: Wanted): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const path of await dataFiles(paths)) {
    const file = await openFile(path);
    inputs.push('names' in file ? await openRecords(file, wanted) : columnarInput(path, file, wanted));
  }
  const filled = inputs.filter(({ empty }) => !empty);
  const [first, ...others] = filled;
  // Where there is no row at all, names are better than none.
  return first === undefined
    ? [inputs.find(({ id }) => id !== '') ?? inputs[0]!]
    : sameIds([first, ...others]);
}

function columnarInput(path: string, file: ColumnarFile, wanted: Wanted): Input {
  const { conversation, id } = findColumns(path, [...file.columns.keys()], wanted);
  if (!file.canBeConversation(conversation)) {
    const fitting = [...file.columns.keys()].filter((name) => name !== id && file.canBeConversation(name));
    const what = `column "${conversation}" is ${file.columns.get(conversation)}; ${conversationsAre}`;
    throw new SemtelError('input', `${path}: ${what}. ${couldBe(fitting)}`);
  }
  if (id !== '' && !file.canBeId(id)) {
    throw new SemtelError(
      'input',
      `${path}: column "${id}" is ${file.columns.get(id)}; ids must be text or integers. Name another with --id.`,
    );
  }
  const columns = id === '' || id === conversation ? [conversation] : [id, conversation];
  const read = () => file.read(columns, conversation);
  return {
    path,
    conversation,
    id,
    idType: file.columns.get(id) ?? '',
    empty: false,
    read,
    async count() {
      if (file.rows !== null) return file.rows;
      let rows = 0;
      for await (const part of read()) rows += part.count;
      return rows;
    },
  };
}
