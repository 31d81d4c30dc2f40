/** JSON of frozen objects, by identity: they stay the same from call to call. */
const kept = new WeakMap<object, Buffer>();

/** The kept bytes of a frozen object's JSON; undefined for all else. */
function keptBytes(value: unknown): Buffer | undefined {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return undefined;
  const known = kept.get(value) ?? Buffer.from(JSON.stringify(value));
  kept.set(value, known);
  return known;
}

/**
 * The bytes of a request body: as `JSON.stringify` gives them, but what is frozen is encoded once and kept, as the
 * constant part of a prompt is most of a body. Bytes, because a string would live in the heap until the reply is there.
 */
export function encodeBody(body: Readonly<Record<string, unknown>>): Buffer {
  const parts: Buffer[] = [];
  let text = '{';
  const write = (value: unknown) => {
    const bytes = keptBytes(value);
    if (bytes === undefined) text += JSON.stringify(value);
    else {
      parts.push(Buffer.from(text), bytes);
      text = '';
    }
  };
  let before = '';
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue;
    text += `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (!Array.isArray(value)) write(value);
    else {
      text += '[';
      value.forEach((item, index) => {
        if (index > 0) text += ',';
        write(item);
      });
      text += ']';
    }
  }
  parts.push(Buffer.from(`${text}}`));
  return Buffer.concat(parts);
}
