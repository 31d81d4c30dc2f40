import { decodeBatch } from '../arrow/decode.ts';
import type { Message, Truncation } from '../base/conversation.ts';
import { canonical } from '../text/canonical.ts';
import { conversationJson } from '../text/conversation.ts';
import { keyMaker } from '../text/key.ts';
import { normalise } from '../text/normalise.ts';
import { truncate } from '../text/truncate.ts';
import type { AskedTexts, PreparedBatch, PrepareTask, QuestionSpec, SkipCode } from './tasks.ts';
import { joinTexts } from './texts.ts';

/** Texts of one conversation: per group of classifiers that cut alike, an index into the batch's texts. */
type TextIndices = readonly number[];

/** Makes the texts of a batch, row by row. */
interface TextMaker {
  add(row: number, key: string, messages: readonly Message[]): void;
  made(): AskedTexts;
}

/**
 * Decodes and checks a batch, normalises each conversation, makes its keys and, if wanted, its texts. `onDecoded` is called once
 * the bytes are known to be sound: what follows takes time by the text, and ends.
 */
export function prepare(task: PrepareTask, onDecoded: () => void = () => {}): PreparedBatch {
  const { ipc, rowCount, maxRows, columns, questions } = task;
  const batch = decodeBatch(ipc, columns, { rowCount, maxRows });
  onDecoded();
  const { rows, carried } = batch;
  const texts = task.texts ? textMaker(questions, rows) : null;
  const keysOf = keyMaker(questions);
  const skipped: (SkipCode | null)[] = [];
  const keys = questions.map((): string[] => []);
  const bytes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const messages = normalise(batch.conversation(row));
    if (typeof messages === 'string') {
      skipped.push(messages);
      for (const column of keys) column.push('');
      continue;
    }
    skipped.push(null);
    const made = keysOf(canonical(messages));
    bytes[row] = made.bytes;
    made.keys.forEach((key, question) => {
      keys[question]!.push(key);
    });
    texts?.add(row, made.keys[0] ?? '', messages);
  }
  return {
    rows,
    skipped,
    keys,
    bytes,
    carried,
    asked: texts?.made() ?? null,
    ipc: texts === null ? ipc : null,
  };
}

/** Classifiers that cut alike share their texts. */
function groupByCut(questions: readonly QuestionSpec[]) {
  const groups = new Map<string, number>();
  const truncations: (Truncation | null)[] = [];
  const groupOf = questions.map(({ truncate: truncation }) => {
    const name = truncation === null ? '' : `${truncation.strategy} ${truncation.maxTokens}`;
    const known = groups.get(name);
    if (known !== undefined) return known;
    groups.set(name, truncations.length);
    return truncations.push(truncation) - 1;
  });
  return { truncations, groupOf };
}

/** Conversations with the same key share their texts. */
function textMaker(questions: readonly QuestionSpec[], rows: number): TextMaker {
  const { truncations, groupOf } = groupByCut(questions);
  const textOf = questions.map(() => new Int32Array(rows).fill(-1));
  const texts: Uint8Array[] = [];
  const cutBytes: number[] = [];
  const byKey = new Map<string, TextIndices>();

  function make(messages: readonly Message[]): TextIndices {
    const full = conversationJson(messages);
    const fullBytes = Buffer.byteLength(full);
    const indexOf = new Map<string, number>();
    return truncations.map((truncation) => {
      const text = truncation === null ? full : truncate(messages, full, truncation);
      const known = indexOf.get(text);
      if (known !== undefined) return known;
      const encoded = Buffer.from(text);
      cutBytes.push(Math.max(0, fullBytes - encoded.length));
      const index = texts.push(encoded) - 1;
      indexOf.set(text, index);
      return index;
    });
  }

  return {
    add(row, key, messages) {
      const indices = byKey.get(key) ?? make(messages);
      byKey.set(key, indices);
      groupOf.forEach((group, question) => {
        textOf[question]![row] = indices[group]!;
      });
    },
    made: () => ({ texts: joinTexts(texts), cutBytes: Int32Array.from(cutBytes), textOf }),
  };
}
