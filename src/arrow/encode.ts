import { type DataType, Field } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import { type AnswerColumn, answerColumn } from './answers.ts';
import type { ColumnNames } from './choose.ts';
import { carriedFields } from './decode.ts';
import { loadStream } from './stream.ts';
import { writeSchema, writeStream } from './write.ts';

/** What the schema tells of a classifier. */
export type AnswerShape = Pick<AnswerColumn, 'name' | 'promptDigest' | 'outputs'>;

/** Key in the metadata of an answer column's field: the `prompt_digest` of its rows, known before any row is asked. */
const digestKey = 'semtel.prompt_digest';

function answerField({ name, promptDigest }: AnswerShape, type: DataType): Field {
  return new Field(name, type, true, new Map([[digestKey, promptDigest]]));
}

/**
 * The carried columns of `decodeBatch`, then one struct for each answer column, as one IPC stream of exactly one
 * record batch: plain types, every field nullable. Every answer column must have `rows` answers.
 */
export function encodeAnswers(
  carried: Uint8Array,
  rows: number,
  columns: readonly AnswerColumn[],
): Uint8Array {
  const loaded = loadStream(carried, { rowCount: rows, maxRows: rows });
  for (const { name, answers } of columns)
    if (answers.length !== rows)
      throw new SemtelError(
        'internal',
        `The column "${name}" has ${answers.length} answers for ${rows} rows.`,
      );
  const answered = columns.map((column) => answerColumn(column));
  const fields = [
    ...loaded.schema.fields,
    ...columns.map((column, index) => answerField(column, answered[index]!.type)),
  ];
  return writeStream(fields, [...loaded.batches[0]!, ...answered], rows);
}

/**
 * The schema that `encodeAnswers` writes for an input, as a stream without its end marker; of the answer columns
 * alone where there is no input.
 */
export function encodeSchema(
  input: Uint8Array | null,
  names: ColumnNames,
  classifiers: readonly AnswerShape[],
): Uint8Array {
  const carried = input === null ? [] : carriedFields(input, names);
  const answered = classifiers.map((shape) =>
    answerField(shape, answerColumn({ ...shape, answers: [] }).type),
  );
  return writeSchema([...carried, ...answered]);
}
