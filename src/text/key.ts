import { hash } from 'node:crypto';

/** What a key depends on besides the conversation. */
export interface KeyScope {
  /** The classifier's digest, 64 hex. */
  readonly digest: string;
  /** Logical model. */
  readonly model: string;
}

/** What is made of a canonical form. */
export interface Keys {
  /** One for each scope. */
  readonly keys: string[];
  /** UTF-8 bytes of the form. */
  readonly bytes: number;
}

/** Hex digits of the first 16 bytes. */
const keyDigits = 32;
/** Bytes of a length, which is big-endian. */
const prefixBytes = 4;
/** UTF-8 takes no more for a unit of UTF-16. */
const mostBytes = 3;
/** Where a form is written to be hashed; what needs more, as few do, gets bytes of its own. */
const scratch = Buffer.allocUnsafeSlow(1 << 18);

/** Length of the UTF-8 bytes; then the bytes. */
function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(prefixBytes);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Makes the keys of a conversation's canonical form, one for each scope: the first 16 bytes, in hex, of SHA-256 over
 * digest, model and canonical form, each prefixed with its length.
 */
export function keyMaker(scopes: readonly KeyScope[]): (canonical: string) => Keys {
  const heads = scopes.map(({ digest, model }) => Buffer.concat([prefixed(digest), prefixed(model)]));
  const room = Math.max(0, ...heads.map(({ length }) => length));
  return (canonical) => {
    const most = room + prefixBytes + mostBytes * canonical.length;
    const all = most > scratch.length ? Buffer.allocUnsafeSlow(most) : scratch;
    const bytes = all.write(canonical, room + prefixBytes);
    all.writeUInt32BE(bytes, room);
    const keys = heads.map((head) => {
      // Each head in its turn right before the form.
      const start = room - head.length;
      head.copy(all, start);
      const hashed = hash('sha256', all.subarray(start, room + prefixBytes + bytes));
      return hashed.slice(0, keyDigits);
    });
    return { keys, bytes };
  };
}
