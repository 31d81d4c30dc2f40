/**
 * Texts in UTF-8, one after the other. Bytes, because thousands of texts wait for their turn: they stay outside V8's
 * heap, take half of it where they are not Latin, and cross threads without a copy.
 */
export interface Texts {
  readonly bytes: Uint8Array;
  /** Where each text ends in `bytes`; doubles, which do not overflow at 2 GiB. */
  readonly ends: Float64Array;
}

/** Joins encoded texts, in a buffer of their own. */
export function joinTexts(encoded: readonly Uint8Array[]): Texts {
  const ends = new Float64Array(encoded.length);
  let end = 0;
  encoded.forEach(({ length }, index) => {
    end += length;
    ends[index] = end;
  });
  const bytes = new Uint8Array(end);
  encoded.forEach((text, index) => {
    bytes.set(text, startOf(ends, index));
  });
  return { bytes, ends };
}

/** Made when it is needed: a string that is kept is what the bytes save. */
export function textAt({ bytes, ends }: Texts, index: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
    'utf8',
    startOf(ends, index),
    ends[index],
  );
}

/** UTF-8 bytes of a text. */
export function bytesAt({ ends }: Texts, index: number): number {
  return ends[index]! - startOf(ends, index);
}

function startOf(ends: Float64Array, index: number): number {
  return ends[index - 1] ?? 0;
}
