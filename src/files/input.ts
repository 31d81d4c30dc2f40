import { openArrowFile } from '../arrow/fileReader.ts';
import { SemtelError } from '../base/error.ts';
import { findColumns, type Input, type Wanted } from './columns.ts';
import { formatOf } from './format.ts';
import { openJsonl } from './jsonl.ts';

/** Opens data files and finds their columns. Rejects with one `input` sentence that names the file. */
export async function openInputs(paths: readonly string[], wanted: Wanted): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const path of paths) {
    inputs.push(formatOf(path) === 'arrow' ? await openArrow(path, wanted) : await openJsonl(path, wanted));
  }
  const [first] = inputs;
  for (const input of inputs) {
    if (first === undefined || (input.id === first.id && input.idType === first.idType)) continue;
    const words = ({ id, idType }: Input) => (id === '' ? 'no id column' : `ids "${id}" of type ${idType}`);
    throw new SemtelError(
      'input',
      `${input.path} has ${words(input)}, ${first.path} has ${words(first)}: label them in two runs, or make their ids alike.`,
    );
  }
  return inputs;
}

async function openArrow(path: string, wanted: Wanted): Promise<Input> {
  const file = await openArrowFile(path);
  const names = [...file.columns.keys()];
  const { conversation, id } = findColumns(path, names, wanted);
  if (id !== '' && !file.canBeId(id)) {
    throw new SemtelError(
      'input',
      `${path}: column "${id}" is ${file.columns.get(id)}; ids must be text or integers. Name another with --id.`,
    );
  }
  return {
    path,
    conversation,
    id,
    idType: file.columns.get(id) ?? '',
    read: () => file.read(id === '' || id === conversation ? [conversation] : [id, conversation]),
  };
}
