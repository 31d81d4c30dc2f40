import { commonIdType, type IdType } from '../../arrow/idType.ts';
import { withIdType } from '../../arrow/rows.ts';
import { SemtelError } from '../../base/error.ts';
import type { Input } from './columns.ts';

/** Inputs, at least one, with ids of one type. Throws one `input` sentence where no type holds those of all. */
export function sameIds(inputs: readonly [Input, ...Input[]]): readonly Input[] {
  const [first] = inputs;
  const other = inputs.find(({ id, idType }) => id !== first.id || idType !== first.idType);
  if (other === undefined) return inputs;
  const type = commonIdType(inputs.map(({ idType }) => idType));
  if (type !== undefined) return inputs.map((input) => (input.idType === type ? input : typed(input, type)));
  const odd = inputs.find(({ idType }) => commonIdType([idType, first.idType]) === undefined) ?? other;
  const words = ({ id, idType }: Input) => (id === '' ? 'no id column' : `ids "${id}" of type ${idType}`);
  throw new SemtelError(
    'input',
    `${odd.path} has ${words(odd)}, ${first.path} has ${words(first)}: label them in two runs, or make their ids alike.`,
  );
}

function typed(input: Input, idType: IdType): Input {
  return {
    ...input,
    idType,
    async *read() {
      for await (const rows of input.read()) yield withIdType(rows, input.id, idType);
    },
  };
}
