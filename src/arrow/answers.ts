import type { Answer, OutputField, OutputValue } from '../base/answer.ts';
import { SemtelError } from '../base/error.ts';
import {
  boolColumn,
  float64Column,
  int32Column,
  int64Column,
  listColumn,
  structColumn,
  utf8Column,
} from './build.ts';
import type { Column } from './column.ts';

/** One answer column to write. */
export interface AnswerColumn {
  readonly name: string;
  /** Written in every row. */
  readonly promptDigest: string;
  readonly outputs: readonly OutputField[];
  readonly answers: readonly Answer[];
}

/** The struct of one classifier: its outputs, then the fields that every answer has. Every field is nullable. */
export function answerColumn({ outputs, answers, promptDigest }: Omit<AnswerColumn, 'name'>): Column {
  const outputColumns = outputs.map((field) => {
    const values = answers.map((answer) => answer.outputs?.[field.name] ?? null);
    return [field.name, outputColumn(field, values)] as const;
  });
  const text = (read: (answer: Answer) => string | null) => utf8Column(answers.map(read));
  const number = (read: (answer: Answer) => number) => int32Column(answers.map(read));
  return structColumn(answers, [
    ...outputColumns,
    ['status', text((answer) => answer.status)],
    ['error_code', text((answer) => answer.errorCode)],
    ['error_message', text((answer) => answer.errorMessage)],
    ['source', text((answer) => answer.source)],
    ['repair', text((answer) => answer.repair)],
    ['model', text((answer) => answer.model)],
    ['endpoint', text((answer) => answer.endpoint)],
    ['prompt_digest', text(() => promptDigest)],
    ['prompt_tokens', number((answer) => answer.promptTokens)],
    ['completion_tokens', number((answer) => answer.completionTokens)],
    ['attempts', number((answer) => answer.attempts)],
    ['latency_ms', number((answer) => answer.latencyMs)],
    ['call_questions', number((answer) => answer.callQuestions)],
  ]);
}

type Values<T> = readonly (T | null)[];

/** Kinds to types: string utf8, integer int64, float float64, boolean bool, array list, object struct. */
function outputColumn(field: OutputField, values: Values<OutputValue>): Column {
  switch (field.kind) {
    case 'string':
      return utf8Column(checked(field, values, (value) => typeof value === 'string'));
    case 'integer':
      return int64Column(checked(field, values, (value): value is number => Number.isSafeInteger(value)));
    case 'float':
      return float64Column(checked(field, values, (value) => typeof value === 'number'));
    case 'boolean':
      return boolColumn(checked(field, values, (value) => typeof value === 'boolean'));
    case 'array': {
      const items = field.items ?? { name: 'item', kind: 'string' };
      return listColumn(checked(field, values, isList), (all) => outputColumn(items, all));
    }
    case 'object': {
      const objects = checked(field, values, isObject);
      const members = (field.properties ?? []).map((member) => {
        const column = outputColumn(
          member,
          objects.map((object) => object?.[member.name] ?? null),
        );
        return [member.name, column] as const;
      });
      return structColumn(objects, members);
    }
  }
}

function isList(value: OutputValue): value is readonly OutputValue[] {
  return Array.isArray(value);
}

function isObject(value: OutputValue): value is { readonly [name: string]: OutputValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replies were validated long before; a value of another kind here is a fault of this program. */
function checked<T extends OutputValue>(
  field: OutputField,
  values: Values<OutputValue>,
  fits: (value: OutputValue) => value is T,
): Values<T> {
  const wrong = values.find((value) => value !== null && !fits(value));
  if (wrong !== undefined)
    throw new SemtelError(
      'internal',
      `The output "${field.name}" is no ${field.kind} in one of the answers.`,
    );
  return values as Values<T>;
}
