import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import type { SemtelError } from '../../base/error.ts';
import type { Compression } from '../format.ts';
import { type Dialect, dialectOf } from './csvDialect.ts';
import { decoded } from './decoded.ts';
import { maxRowLength, type Records, type TextRecord, wrong } from './records.ts';

/**
 * A CSV file (RFC 4180, or as Spark writes it) with a line of names. An empty field is null, an empty one in quotation
 * marks is empty text, as Spark and Polars write them. Rejects with `input` errors that name file and line.
 */
export async function csvRecords(path: string, compression: Compression | null): Promise<Records> {
  const source = { path, compression, dialect: await dialectOf(path, compression), blankRows: false };
  const names = await namesOf(source);
  // The only field of a row may be null.
  const blankRows = names.length === 1;
  return {
    path,
    names: names.length === 0 ? null : names,
    async *read() {
      let header = true;
      for await (const { record, info } of rows({ ...source, blankRows })) {
        const values = valuesOf(names, record);
        if (!header) yield { line: info.lines, values, whole: () => values };
        else header = record[0] === null && blankRows;
      }
    },
  };
}

interface Source {
  readonly path: string;
  readonly compression: Compression | null;
  readonly dialect: Dialect;
  /** Whether a blank line is a row. */
  readonly blankRows: boolean;
}

async function namesOf(source: Source): Promise<readonly string[]> {
  for await (const { record, info } of rows(source)) {
    const names = record.map((name) => name ?? '');
    // Spreadsheets leave columns without names behind the others.
    const doubled = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
    if (doubled === undefined) return names;
    throw wrong(source.path, info.lines, `two columns are called "${doubled}"`);
  }
  return [];
}

function valuesOf(names: readonly string[], record: readonly (string | null)[]): TextRecord['values'] {
  return Object.fromEntries(names.map((name, index) => [name, record[index] ?? null]));
}

interface Row {
  readonly record: readonly (string | null)[];
  readonly info: Info;
}

async function* rows({ path, compression, dialect, blankRows }: Source): AsyncGenerator<Row> {
  const parser = parse({
    info: true,
    ...dialect,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: !blankRows,
    max_record_size: maxRowLength,
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  });
  const text = Readable.from(decoded(path, compression));
  // A pipe does not carry errors of its source on.
  text.on('error', (error) => parser.destroy(error));
  let begun = 1;
  try {
    for await (const row of text.pipe(parser) as AsyncIterable<Row>) {
      yield row;
      begun = row.info.lines + 1;
    }
  } catch (error) {
    throw error instanceof CsvError ? csvFault(path, begun, error) : error;
  } finally {
    text.destroy();
  }
}

/** The library's own words quote the text around the fault. It puts its position on the error without a type. */
function csvFault(path: string, begun: number, error: CsvError & { readonly lines?: number }): SemtelError {
  const line = error.lines ?? begun;
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return wrong(path, line, 'this row has more or fewer fields than the first line has names');
    case 'CSV_QUOTE_NOT_CLOSED':
      return wrong(path, begun, 'a quotation mark is opened in this row and never closed');
    case 'CSV_MAX_RECORD_SIZE':
      return wrong(
        path,
        begun,
        'this row is longer than 64 Mi characters; most likely a quotation mark is never closed',
      );
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return wrong(
        path,
        line,
        'a quotation mark stands inside a field; write it twice, and the field in quotation marks',
      );
    default:
      return wrong(path, line, `this is not CSV (${error.code})`);
  }
}
