import { Field } from 'apache-arrow';
import { type ColumnNames, chooseColumns } from './choose.ts';
import { checkMessages, conversationReader, type RawConversation } from './conversations.ts';
import { plainColumn } from './gather.ts';
import { plainField } from './plainType.ts';
import { loadSchema, loadStream, type StreamLimits } from './stream.ts';
import { writeStream } from './write.ts';

/** A batch of conversations, checked wholly; reading its rows cannot fail. */
export interface DecodedBatch {
  readonly rows: number;
  /** What row n holds. Strings are made when asked for, not kept. */
  conversation(row: number): RawConversation;
  /** IPC stream of exactly one record batch: id and passthrough columns in plain types. */
  readonly carried: Uint8Array;
}

/**
 * Reads one whole Arrow IPC stream.
 * Throws `bad_arrow`, `row_count`, `too_many_rows`, `missing_column`, `column_type`.
 */
export function decodeBatch(ipc: Uint8Array, names: ColumnNames, limits: StreamLimits): DecodedBatch {
  const { schema, rows, batches } = loadStream(ipc, limits);
  const chosen = chooseColumns(schema, names);
  const plainAt = (place: number) =>
    plainColumn(
      schema.fields[place]!.type,
      batches.map((columns) => columns[place]!),
    );
  const fields = chosen.carried.map((place) => carriedField(schema.fields[place]!));
  const conversations = plainAt(chosen.conversation);
  checkMessages(conversations);
  return {
    rows,
    conversation: conversationReader(conversations),
    carried: writeStream(fields, chosen.carried.map(plainAt), rows),
  };
}

/** The fields that `decodeBatch` carries for a schema, without reading a batch. */
export function carriedFields(ipc: Uint8Array, names: ColumnNames): readonly Field[] {
  const schema = loadSchema(ipc);
  return chooseColumns(schema, names).carried.map((place) => carriedField(schema.fields[place]!));
}

/** Every field of the output is nullable: Spark compares types field by field. */
function carriedField(field: Field): Field {
  const { name, type, metadata } = plainField(field);
  return new Field(name, type, true, metadata);
}
