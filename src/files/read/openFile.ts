import type { ColumnarFile } from '../../arrow/columnarFile.ts';
import { openArrowFile } from '../../arrow/fileReader.ts';
import { csvRecords } from './csv.ts';
import { jsonlRecords } from './jsonl.ts';
import { kindOf } from './kind.ts';
import { openParquetFile } from './parquet.ts';
import type { Records } from './records.ts';

/** Opens a data file by its content. Rejects with one `input` sentence that names it. */
export async function openFile(path: string): Promise<ColumnarFile | Records> {
  const { format, compression } = await kindOf(path);
  switch (format) {
    case 'parquet':
      return openParquetFile(path);
    case 'arrow':
      return openArrowFile(path);
    case 'jsonl':
      return jsonlRecords(path, compression);
    case 'csv':
      return csvRecords(path, compression);
  }
}
