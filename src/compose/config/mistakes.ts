import { type Document, isMap, isNode, isSeq, type LineCounter } from 'yaml';
import type { z } from 'zod';
import type { Path } from './references.ts';

export interface Mistake {
  readonly path: Path;
  /** One clause without its subject: `must be a whole number from 1 on`. */
  readonly message: string;
  /** The mistake is the key itself, not its value. */
  readonly isKey?: boolean;
}

/** One mistake for each thing that is wrong, in words. Values are never repeated: they may be secrets. */
export function mistakesOf(error: z.ZodError): readonly Mistake[] {
  return error.issues.flatMap((issue) => fromIssue(issue, []));
}

function fromIssue(issue: z.core.$ZodIssue, outer: Path): readonly Mistake[] {
  const path = [...outer, ...(issue.path as Path)];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const words = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: [...path, key], message: words[index]!, isKey: true }));
    }
    case 'invalid_union': {
      // The alternatives are a word or a map: the branch that got furthest tells what was meant.
      const [closest] = issue.errors
        .map((branch) => ({ branch, wrongType: branch.filter((each) => each.path.length === 0).length }))
        .sort((a, b) => a.wrongType - b.wrongType);
      if (closest !== undefined && closest.wrongType === 0) {
        return closest.branch.flatMap((each) => fromIssue(each, path));
      }
      const choices = issue.errors.flat().map((each) => expectation(each).replace(/^must be /, ''));
      return [{ path, message: `must be ${[...new Set(choices)].join(' or ')}` }];
    }
    default:
      return [{ path, message: expectation(issue) }];
  }
}

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
};

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be ${nouns[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
    case 'too_small':
      if (issue.origin === 'array') return 'must not be empty';
      if (issue.origin === 'string') return 'must not be empty';
      return `must be ${issue.inclusive === false ? 'greater than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an http:// or https:// URL' : `must be a ${issue.format}`;
    default:
      return issue.message;
  }
}

/** `models.default.endpoints[0].tpm` */
export function dotted(path: Path): string {
  return path.reduce<string>(
    (whole, part) =>
      typeof part === 'number' ? `${whole}[${part}]` : whole === '' ? part : `${whole}.${part}`,
    '',
  );
}

/** Line of the file where the deepest existing part of `path` stands; 1 for the whole file. */
export function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find((item) => String(item.key) === String(part)) : undefined;
    const next = pair?.value ?? (isSeq(node) ? node.items[Number(part)] : undefined);
    const place = isNode(pair?.key) ? pair.key : next;
    if (!isNode(place)) break;
    offset = place.range?.[0] ?? offset;
    node = next;
  }
  return lines.linePos(offset).line;
}
