import type { Field, Schema } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import { nearest } from '../base/nearest.ts';
import { checkConversationType, holdsConversations } from './conversations.ts';
import { plainType } from './plainType.ts';

/** Names of the columns that are read and returned; empty where the defaults hold. */
export interface ColumnNames {
  readonly conversation: string;
  readonly id: string;
  readonly passthrough: readonly string[];
}

/** Places of the chosen columns in the schema. */
export interface ChosenColumns {
  readonly conversation: number;
  /** Id first, then passthrough in the order asked. */
  readonly carried: readonly number[];
}

const defaultNames = ['conversation', 'messages'];

/** Finds the columns. Throws `missing_column` and `column_type`, naming what there is. */
export function chooseColumns(schema: Schema, names: ColumnNames): ChosenColumns {
  const { fields } = schema;
  const wanted = names.conversation === '' ? defaultNames : [names.conversation];
  const name = wanted.find((candidate) => fields.some((field) => field.name === candidate));
  if (name === undefined) throw missingConversation(wanted, fields);
  const conversation = placeOf(name, fields);
  checkConversationType(name, plainType(fields[conversation]!.type));
  const asked = [...(names.id === '' ? [] : [names.id]), ...names.passthrough];
  return { conversation, carried: asked.map((column) => placeOf(column, fields)) };
}

function placeOf(name: string, fields: readonly Field[]): number {
  const place = fields.findIndex((field) => field.name === name);
  if (place < 0) {
    const guess = nearest(name, namesOf(fields));
    const hint = guess === undefined ? '' : ` Did you mean "${guess}"?`;
    throw new SemtelError(
      'missing_column',
      `The batch has no column "${name}"; it has ${list(fields)}.${hint}`,
    );
  }
  if (fields.findLastIndex((field) => field.name === name) !== place)
    throw new SemtelError('missing_column', `The batch has two columns "${name}"; rename one.`);
  return place;
}

function missingConversation(wanted: readonly string[], fields: readonly Field[]): SemtelError {
  const fitting = fields.filter((field) => holdsConversations(plainType(field.type)));
  const hint =
    fitting.length === 0
      ? 'None of them can hold a conversation'
      : `Of these, ${list(fitting)} could hold conversations: name one as the conversation column`;
  const missing = wanted.map((name) => `"${name}"`).join(' or ');
  return new SemtelError(
    'missing_column',
    `The batch has no column ${missing}; it has ${list(fields)}. ${hint}.`,
  );
}

function list(fields: readonly Field[]): string {
  return fields.length === 0 ? 'no columns' : namesOf(fields).join(', ');
}

function namesOf(fields: readonly Field[]): string[] {
  return fields.map((field) => field.name);
}
