import { Field } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import { type AnswerColumn, answerColumn } from './answers.ts';
import type { ColumnNames } from './choose.ts';
import { carriedFields } from './decode.ts';
import { loadStream } from './stream.ts';
import { writeSchema, writeStream } from './write.ts';

/** What `encodeAnswers` needs of a classifier to tell its type. */
export type AnswerShape = Pick<AnswerColumn, 'name' | 'outputs'>;

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
    ...columns.map(({ name }, index) => new Field(name, answered[index]!.type, true)),
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
  const answered = classifiers.map(({ name, outputs }) => {
    const { type } = answerColumn({ outputs, answers: [], promptDigest: '' });
    return new Field(name, type, true);
  });
  return writeSchema([...carried, ...answered]);
}
