const memberNames = ['role', 'content'];

/**
 * What selects a column of a Parquet file whose leaves have these paths; of a column of messages, only what
 * conversations are made of: a log's other fields may be most of it. Writers name the levels of a list differently, so
 * the messages are where the paths of the column part.
 */
export function selectionOf(column: string, leaves: readonly (readonly string[])[]): readonly string[] {
  const paths = leaves.filter(([first]) => first === column);
  const [path = []] = paths;
  const depth = path.findIndex((name, level) => paths.some((other) => other[level] !== name));
  const members = new Set(paths.map((other) => other[depth]));
  if (!memberNames.every((name) => members.has(name))) return [column];
  return memberNames.map((name) => [...path.slice(0, depth), name].join('.'));
}
