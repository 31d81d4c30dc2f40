import { hash } from 'node:crypto';

/** What a key depends on besides the conversation. */
export interface KeyScope {
  /** The classifier's digest, 64 hex. */
  readonly digest: string;
  /** Logical model. */
  readonly model: string;
}

/** Hex digits of the first 16 bytes. */
const keyDigits = 32;

/** Length of the UTF-8 bytes as 4 bytes, big-endian; then the bytes. */
function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Makes the keys of a conversation's canonical form, one for each scope: the first 16 bytes, in hex, of SHA-256 over
 * digest, model and canonical form, each prefixed with its length.
 */
export function keyMaker(scopes: readonly KeyScope[]): (canonical: string) => string[] {
  const heads = scopes.map(({ digest, model }) => Buffer.concat([prefixed(digest), prefixed(model)]));
  return (canonical) => {
    const tail = prefixed(canonical);
    return heads.map((head) => hash('sha256', Buffer.concat([head, tail])).slice(0, keyDigits));
  };
}
