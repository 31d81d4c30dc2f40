import type { Compression } from '../format.ts';
import { decoded } from './decoded.ts';

/** How a program writes CSV, where programs differ. */
export interface Dialect {
  readonly delimiter: string;
  /** What stands before a quotation mark within a field. */
  readonly escape: '"' | '\\';
}

/** Spreadsheets write semicolons where the comma is in numbers; the first one is meant where none is there. */
const delimiters = [',', ';', '\t', '|'];
/** Enough to meet a quotation mark in conversations. */
const sampleChars = 1 << 20;

/** The dialect that a file's beginning shows. Rejects with `input` errors that name the file. */
export async function dialectOf(path: string, compression: Compression | null): Promise<Dialect> {
  let sample = '';
  for await (const text of decoded(path, compression)) {
    sample += text;
    if (sample.length >= sampleChars) break;
  }
  const delimiter = delimiterOf(/[^\r\n]+/.exec(sample)?.[0] ?? '');
  // Spark puts a backslash before quotation marks. Nothing that can be read as RFC 4180 has text behind one.
  const backslashBeforeQuote = new RegExp(String.raw`\\"[^"\r\n${delimiter}]`);
  return { delimiter, escape: backslashBeforeQuote.test(sample) ? '\\' : '"' };
}

/** Of names the one that stands most often between them. */
function delimiterOf(names: string): string {
  const between = names.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => between.split(delimiter).length;
  return delimiters.toSorted((a, b) => count(b) - count(a))[0]!;
}
