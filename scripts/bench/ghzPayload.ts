import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { classifierService } from '../../src/server/proto.ts';

/** Writes the request that ghz sends, a serialised ClassifyRequest over the first rows of an Arrow stream. */
const { values } = parseArgs({
  options: {
    fixture: { type: 'string' },
    rows: { type: 'string' },
    classifiers: { type: 'string' },
    job: { type: 'string' },
    out: { type: 'string' },
  },
});
const { fixture, rows, classifiers, job, out } = values as Required<typeof values>;

const table = tableFromIPC(readFileSync(fixture!));
const wanted = Number(rows);
if (!(wanted >= 1 && wanted <= table.numRows)) {
  throw new Error(`--rows must be 1 to ${table.numRows}, the rows of ${fixture}; it is "${rows}".`);
}
const request = {
  options: { classifiers: classifiers!.split(','), job_id: job! },
  batch: { ipc: tableToIPC(table.slice(0, wanted), 'stream'), row_count: wanted },
};
writeFileSync(out!, classifierService.Classify.requestSerialize(request));
