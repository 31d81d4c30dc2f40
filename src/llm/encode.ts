/** JSON of frozen objects, by identity: they stay the same from call to call. */
const kept = new WeakMap<object, Buffer>();

/** JSON as UTF-8. What is frozen is encoded once and kept: the constant part of a prompt is most of a body. */
function encodeValue(value: unknown): Buffer {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value))
    return Buffer.from(JSON.stringify(value));
  const known = kept.get(value) ?? Buffer.from(JSON.stringify(value));
  kept.set(value, known);
  return known;
}

const comma = Buffer.from(',');
const list = { start: Buffer.from('['), end: Buffer.from(']') };
const object = { start: Buffer.from('{'), end: Buffer.from('}') };

function joined({ start, end }: typeof list, items: readonly (readonly Buffer[])[]): Buffer[] {
  return [start, ...items.flatMap((item, index) => (index === 0 ? item : [comma, ...item])), end];
}

/**
 * The bytes of a request body: as `JSON.stringify` gives them, from parts that are kept where they are frozen.
 * Bytes, because a string would live in the heap until the reply is there.
 */
export function encodeBody(body: Readonly<Record<string, unknown>>): Buffer {
  const fields = Object.entries(body)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const encoded = Array.isArray(value)
        ? joined(
            list,
            value.map((item) => [encodeValue(item)]),
          )
        : [encodeValue(value)];
      return [Buffer.from(`${JSON.stringify(name)}:`), ...encoded];
    });
  return Buffer.concat(joined(object, fields));
}
