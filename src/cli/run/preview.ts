import { type Json, jsonRows } from '../../arrow/jsonRows.ts';
import type { InputBatch } from '../../files/read/batches.ts';
import { spendingWords } from '../estimate/estimate.ts';
import { oneLine, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { type Forecast, restOf } from './forecast.ts';
import type { Labelled, Labeller } from './labeller.ts';
import { number } from './progress.ts';

/** Enough to see whether the labels make sense, few enough to cost nothing. */
export const previewRows = 20;
const textWidth = 44;
const labelWidth = 24;

/** Shows the first answers and what the rest will take; resolves true when somebody says yes. */
export async function confirmed(
  batch: Pick<InputBatch, 'rows' | 'input'>,
  inputRows: readonly JsonRow[],
  answers: Labelled,
  totalRows: number,
  forecast: Forecast | null,
  labeller: Labeller,
  terminal: Terminal,
): Promise<boolean> {
  const names = labeller.classifiers.map(({ name }) => name);
  terminal.say(previewTable(inputRows, jsonRows(answers.ipc), batch.input.conversation, names));
  const rest = restOf(answers.ledger, totalRows - batch.rows, forecast);
  const spending = { ...rest, currency: labeller.currency };
  terminal.say(
    `\nThe other ${number(totalRows - batch.rows)} rows will take about\n  ${spendingWords(spending, labeller.capacity)}`,
  );
  return /^\s*y(es)?\s*$/i.test(await terminal.ask('Go on? [y/N] '));
}

export type JsonRow = Readonly<Record<string, Json>>;

/** One line a row: one cell for each classifier, then the start of what was judged. */
export function previewTable(
  inputs: readonly JsonRow[],
  answers: readonly JsonRow[],
  conversation: string,
  classifiers: readonly string[],
): string {
  return table(
    // Text comes last: in some scripts a character takes two columns.
    [...classifiers, 'conversation'],
    answers.map((answer, row) => [
      ...classifiers.map((name) => oneLine(mainOutput(answer[name] as JsonRow), labelWidth)),
      oneLine(firstWords(inputs[row]?.[conversation] ?? null), textWidth),
    ]),
  );
}

/** The label, where there is one, else the last output: derived values such as a score stand last. */
function mainOutput(answer: JsonRow): string {
  if (answer.status !== 'ok') return `(${answer.status}: ${answer.error_code})`;
  const outputs = Object.keys(answer).slice(0, Object.keys(answer).indexOf('status'));
  const main = outputs.includes('label') ? 'label' : outputs.at(-1);
  const value = main === undefined ? null : answer[main];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The first message's text, of a conversation in any of its forms. */
function firstWords(conversation: Json): string {
  if (Array.isArray(conversation)) {
    const content = (conversation[0] as JsonRow | undefined)?.content ?? '';
    return typeof content === 'string' ? content : JSON.stringify(content);
  }
  if (typeof conversation !== 'string') return '';
  if (!conversation.trimStart().startsWith('[')) return conversation;
  try {
    return firstWords(JSON.parse(conversation) as Json);
  } catch {
    return conversation;
  }
}
