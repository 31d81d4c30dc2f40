import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { unreadable } from '../../arrow/unreadable.ts';
import type { Compression } from '../format.ts';
import { decoded } from './decoded.ts';
import { type Records, type TextRecord, wrong } from './records.ts';

/** Longest field: a whole conversation with long replies; beyond it a quotation mark is missing, most likely. */
const maxFieldChars = 64 << 20;

/**
 * A CSV file (RFC 4180) with a line of names. An empty field is null, an empty one in quotation marks is empty text, as
 * Spark and Polars write them. Rejects with `input` errors that name file and line.
 */
export async function csvRecords(path: string, compression: Compression | null): Promise<Records> {
  let names: readonly string[] = [];
  for await (const { record } of rows(path, compression)) {
    names = record.map((name) => name ?? '');
    break;
  }
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) throw wrong(path, 1, `two columns are called "${doubled}"`);
  return {
    path,
    names,
    async *read() {
      let header = true;
      for await (const { record, info } of rows(path, compression)) {
        if (!header) yield { line: info.lines, values: valuesOf(names, record) };
        header = false;
      }
    },
  };
}

function valuesOf(names: readonly string[], record: readonly (string | null)[]): TextRecord['values'] {
  return Object.fromEntries(names.map((name, index) => [name, record[index] ?? null]));
}

interface Row {
  readonly record: readonly (string | null)[];
  readonly info: Info;
}

async function* rows(path: string, compression: Compression | null): AsyncGenerator<Row> {
  const parser = parse({
    info: true,
    skip_empty_lines: true,
    max_record_size: maxFieldChars,
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  });
  const text = Readable.from(decoded(path, compression));
  text.on('error', (error) => parser.destroy(error));
  try {
    yield* text.pipe(parser) as AsyncIterable<Row>;
  } catch (error) {
    if (error instanceof CsvError) throw wrong(path, linesOf(error), csvFault(error));
    throw unreadable(path, error);
  } finally {
    text.destroy();
  }
}

/** The library puts its position on the error without a type. */
function linesOf(error: CsvError): number {
  return Number((error as { readonly lines?: number }).lines ?? 0);
}

/** The library's words quote the text around the fault. */
function csvFault({ code }: CsvError): string {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return 'this row has more or fewer fields than the first line has names';
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quotation mark is opened and never closed';
    case 'CSV_MAX_RECORD_SIZE':
      return 'a row is longer than 64 MiB; most likely a quotation mark is opened and never closed';
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return 'a quotation mark stands inside a field; write it twice, and the field in quotation marks';
    default:
      return `this is not CSV (${code})`;
  }
}
