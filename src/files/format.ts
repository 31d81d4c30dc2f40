import { SemtelError } from '../base/error.ts';

export type Format = 'parquet' | 'arrow' | 'jsonl' | 'csv';
export type Compression = 'gzip' | 'zstd';

export interface Kind {
  readonly format: Format;
  /** Of the whole file; only text is compressed so. */
  readonly compression: Compression | null;
}

/** Suffixes that outputs are known by; inputs are known by their content. */
const suffixes: readonly (readonly [RegExp, Format])[] = [
  [/\.(parquet|pq)$/i, 'parquet'],
  [/\.(arrow|arrows|feather|ipc)$/i, 'arrow'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.csv$/i, 'csv'],
];

/** What a path's suffix says: `.jsonl.gz` is jsonl in gzip. Undefined where it says nothing; `-` is jsonl. */
export function kindBySuffix(path: string): Kind | undefined {
  if (path === '-') return { format: 'jsonl', compression: null };
  const [, bare, packed] = /^(.*?)(\.gz|\.zst)?$/is.exec(path)!;
  const format = suffixes.find(([suffix]) => suffix.test(bare!))?.[1];
  if (format === undefined) return undefined;
  const compression = packed === undefined ? null : packed.toLowerCase() === '.gz' ? 'gzip' : 'zstd';
  return { format, compression };
}

/** What is to be written to a path. Throws one `input` sentence where its suffix says nothing that can be. */
export function outputKind(path: string): Kind {
  const kind = kindBySuffix(path);
  if (kind === undefined) {
    throw new SemtelError(
      'input',
      `${path}: an output ends in .parquet, .arrow, .jsonl or .csv (the last two also with .gz or .zst), or is "-".`,
    );
  }
  if (kind.compression !== null && (kind.format === 'parquet' || kind.format === 'arrow')) {
    throw new SemtelError(
      'input',
      `${path}: ${kind.format} files are not compressed as a whole; leave the last suffix out.`,
    );
  }
  return kind;
}
