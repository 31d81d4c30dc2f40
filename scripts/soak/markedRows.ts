import { overheadRows } from '../bench/overheadRows.ts';

/** As many as the demo has, of half a KB each. */
const chats = overheadRows(218, 0);

/** A conversation whose label is known: at a simulated endpoint that answers by marks, its text says it. */
export interface MarkedRow {
  readonly conversation: string;
  readonly label: string;
}

/**
 * `count` conversations of about `bytes` each, numbered from `from` so that none is asked twice: those of the demo, as
 * many in one as it takes. Labels go round.
 */
export function markedRows(
  count: number,
  from: number,
  bytes: number,
  labels: readonly string[],
): MarkedRow[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const label = labels[number % labels.length]!;
    const messages: unknown[] = [{ role: 'user', content: `${number} [[topic=${label}]]` }];
    let size = 0;
    for (let place = number; size < bytes; place++) {
      const chat = chats[place % chats.length]!;
      messages.push(...(JSON.parse(chat) as unknown[]));
      size += Buffer.byteLength(chat);
    }
    return { conversation: JSON.stringify(messages), label };
  });
}
