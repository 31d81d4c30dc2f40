import { decodeBatch } from '../arrow/decode.ts';
import type { Message, Truncation } from '../base/conversation.ts';
import { canonical } from '../text/canonical.ts';
import { conversationJson } from '../text/conversation.ts';
import { keyMaker } from '../text/key.ts';
import { normalise } from '../text/normalise.ts';
import { truncate } from '../text/truncate.ts';
import type { PreparedBatch, PrepareTask, QuestionSpec, SkipCode } from './tasks.ts';
import { joinTexts } from './texts.ts';

/** Texts of one conversation: per group of classifiers that cut alike, an index into the batch's texts. */
type TextIndices = readonly number[];

/**
 * Decodes and checks a batch, normalises each conversation, makes its keys and its texts. `onDecoded` is called once
 * the bytes are known to be sound: what follows takes time by the text, and ends.
 */
export function prepare(task: PrepareTask, onDecoded: () => void = () => {}): PreparedBatch {
  const { ipc, rowCount, maxRows, columns, questions } = task;
  const batch = decodeBatch(ipc, columns, { rowCount, maxRows });
  onDecoded();
  const { rows, carried } = batch;
  const cuts = groupByCut(questions);
  const texts = textCollector(cuts.truncations);
  const keysOf = keyMaker(questions);
  const skipped: (SkipCode | null)[] = [];
  const keys = questions.map((): string[] => []);
  const textOf = questions.map(() => new Int32Array(rows).fill(-1));
  for (let row = 0; row < rows; row++) {
    const messages = normalise(batch.conversation(row));
    if (typeof messages === 'string') {
      skipped.push(messages);
      for (const column of keys) column.push('');
      continue;
    }
    skipped.push(null);
    const rowKeys = keysOf(canonical(messages));
    const indices = texts.add(rowKeys[0] ?? '', messages);
    for (const [question, key] of rowKeys.entries()) {
      keys[question]!.push(key);
      textOf[question]![row] = indices[cuts.groupOf[question]!]!;
    }
  }
  return { rows, skipped, keys, textOf, carried, ...texts.collected() };
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

/** Collects texts; conversations with the same key share theirs. */
function textCollector(truncations: readonly (Truncation | null)[]) {
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
    add(key: string, messages: readonly Message[]): TextIndices {
      const indices = byKey.get(key) ?? make(messages);
      byKey.set(key, indices);
      return indices;
    },
    collected: () => ({
      texts: joinTexts(texts),
      cutBytes: Int32Array.from(cutBytes),
    }),
  };
}
