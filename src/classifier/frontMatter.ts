import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { upgrade } from './older/upgrade.ts';
import { type Place, PromptError } from './promptError.ts';

/** Keys and indices from the root of the front matter to a value. */
export type Path = readonly PropertyKey[];

/** A prompt file cut in two: YAML on top, with its keys as in Prompty 2, and the template below. */
export interface FrontMatter {
  /** The YAML as plain values. */
  readonly data: unknown;
  readonly body: string;
  /** Line of the file on which the body begins. */
  readonly bodyLine: number;
  /** What was read as Prompty 2 although it is written as in an older format, in file order. */
  readonly older: readonly (Place & { readonly message: string })[];
  /** Where a value, or the nearest one above it, stands in the file: at its key, or at the list entry. */
  placeOf(path: Path): Place;
}

const delimiter = /^[ \t]*(---|\+\+\+)[ \t]*$/;

function walk(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (isScalar(item) || isMap(item) || isSeq(item)) offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

/**
 * Splits and parses a prompt file. The delimiters are `---` or `+++`, each alone on its line, the same below as above.
 *
 * @param source the file's text with LF line ends
 * @throws PromptError with the place of each fault
 */
export function readFrontMatter(source: string, file: string): FrontMatter {
  const lines = source.split('\n');
  const fault = (line: number, message: string): never => {
    throw new PromptError([{ file, line, column: 1, rule: 'load', message }]);
  };
  const first = lines.findIndex((line) => line.trim() !== '');
  const opening = delimiter.exec(lines[first] ?? '')?.[1];
  if (opening === undefined) {
    return fault(1, 'The file must begin with front matter: YAML between two lines of "---".');
  }
  const last = lines.findIndex((line, index) => index > first && delimiter.exec(line)?.[1] === opening);
  if (last < 0) return fault(first + 1, `The front matter is not closed: a line of "${opening}" is missing.`);

  const lineCounter = new LineCounter();
  const document = parseDocument(lines.slice(first + 1, last).join('\n'), {
    lineCounter,
    prettyErrors: false,
    stringKeys: true,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: first + 1 + Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new PromptError(
      faults.map(({ pos, message }) => ({
        file,
        rule: 'load',
        ...placeAt(pos[0]),
        message: `YAML: ${message}`,
      })),
    );
  }
  const older = upgrade(document, (offset, message) => {
    throw new PromptError([{ file, rule: 'load', ...placeAt(offset), message }]);
  });
  let data: unknown;
  try {
    data = document.toJS();
  } catch (error) {
    return fault(first + 2, `YAML: ${(error as Error).message}`);
  }
  return {
    data: data ?? {},
    body: lines.slice(last + 1).join('\n'),
    bodyLine: last + 2,
    older: older.map(({ offset, message }) => ({ ...placeAt(offset), message })),
    placeOf: (path) => placeAt(walk(document, path)),
  };
}
