import type { Truncation } from '../base/conversation.ts';

/** Characters kept of a message, from its start and from its end. All kept: start is its length, end 0. */
export interface Share {
  readonly start: number;
  readonly end: number;
}

/** What a strategy must know of a message. */
interface Measured {
  readonly role: string;
  readonly length: number;
}

/** About what a message costs besides its content: `{"i":12,"role":"assistant","content":""},`. */
const overhead = 40;
/** A piece of a message shorter than this tells a reader nothing. */
const leastPiece = 60;

/** Shares about `size` characters out to the messages. Null: left out. */
export type Strategy = (messages: readonly Measured[], size: number) => (Share | null)[];

/** A size at which every strategy keeps everything. */
export function sizeOfAll(messages: readonly Measured[]): number {
  // head_tail pays twice for the frame of the message in which its halves meet.
  return messages.reduce((sum, { length }) => sum + overhead + length, overhead + leastPiece);
}

export const strategies: Readonly<Record<Truncation['strategy'], Strategy>> = {
  head: (messages, size) => fromStart(messages, size).shares,
  tail: (messages, size) => fromEnd(messages, size),
  /** Half for the start of the conversation, the rest for its end. */
  head_tail(messages, size) {
    const head = fromStart(messages, size / 2);
    const tail = fromEnd(messages, size - head.used);
    return messages.map(({ length }, index) => both(head.shares[index]!, tail[index]!, length));
  },
  /** The user's messages first, then what fits of the others. */
  user_first(messages, size) {
    const users = fromStart(
      messages.map((message) => (message.role === 'user' ? message : null)),
      size,
    );
    const others = fromStart(
      messages.map((message) => (message.role === 'user' ? null : message)),
      size - users.used,
    );
    return messages.map((_, index) => users.shares[index] ?? others.shares[index]!);
  },
  per_message: evenly,
};

/** Whole messages in order until one does not fit; of that one its start. */
function fromStart(messages: readonly (Measured | null)[], size: number) {
  const shares: (Share | null)[] = messages.map(() => null);
  let left = size;
  for (const [index, message] of messages.entries()) {
    if (message === null) continue;
    const room = left - overhead;
    const start = Math.floor(Math.min(message.length, room));
    if (start < Math.min(message.length, leastPiece)) break;
    shares[index] = { start, end: 0 };
    left -= overhead + start;
    if (start < message.length) break;
  }
  return { shares, used: size - left };
}

function fromEnd(messages: readonly Measured[], size: number): (Share | null)[] {
  const mirrored = fromStart(messages.toReversed(), size).shares.reverse();
  return mirrored.map((share, index) =>
    share === null || share.start === messages[index]!.length ? share : { start: 0, end: share.start },
  );
}

function both(head: Share | null, tail: Share | null, length: number): Share | null {
  if (head === null || tail === null) return head ?? tail;
  const tailLength = tail.start + tail.end;
  return head.start + tailLength >= length
    ? { start: length, end: 0 }
    : { start: head.start, end: tailLength };
}

/** The same room for each message: short ones whole, of long ones start and end; too many: the middle goes. */
function evenly(messages: readonly Measured[], size: number): (Share | null)[] {
  const kept = outermost(messages, size);
  const lengths = messages.filter((_, index) => kept.has(index)).map(({ length }) => length);
  const { room, rest } = level(lengths, size - kept.size * overhead);
  let spare = rest;
  return messages.map(({ length }, index) => {
    if (!kept.has(index)) return null;
    if (length <= room) return { start: length, end: 0 };
    const own = spare-- > 0 ? room + 1 : room;
    return { start: Math.ceil(own / 2), end: Math.floor(own / 2) };
  });
}

/** First, last, second, last but one and so on, as long as `size` has room for a piece of each. */
function outermost(messages: readonly Measured[], size: number): Set<number> {
  const kept = new Set<number>();
  let left = size;
  for (let n = 0; n < messages.length; n++) {
    const index = n % 2 === 0 ? n / 2 : messages.length - (n + 1) / 2;
    left -= overhead + Math.min(messages[index]!.length, leastPiece);
    if (left < 0) break;
    kept.add(index);
  }
  return kept;
}

/** The highest level to which lengths can be cut so that they sum to at most `size`, and how many may have one more. */
function level(lengths: readonly number[], size: number): { readonly room: number; readonly rest: number } {
  let left = size;
  const ascending = lengths.toSorted((a, b) => a - b);
  for (const [index, length] of ascending.entries()) {
    const over = ascending.length - index;
    const room = Math.floor(left / over);
    if (length > room) return { room, rest: left - room * over };
    left -= length;
  }
  return { room: Number.POSITIVE_INFINITY, rest: 0 };
}
