import { connect } from '../../src/server/client.ts';
import { freshBatch } from './batches.ts';

/** Rows of its batches: few, so that its rate is told to a percent. */
const rows = 16;

/** A clean job beside an abuse; throws where a row of it is lost. */
export interface Neighbour {
  /** Its rows a second until `work` is done. */
  rateDuring(work: Promise<unknown>): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a job that always has two seconds of rows at the server; the quota of its `model` sets its rate. */
export function startNeighbour(address: string, rowsPerSecond: number, model = ''): Neighbour {
  const client = connect(address);
  let answered = 0;
  let working = true;
  const worker = async () => {
    while (working) {
      const { ledger } = await client.classify(
        { classifiers: ['topic'], jobId: 'neighbour', model },
        freshBatch(rows, 700),
      );
      if (ledger.ok !== rows) throw new Error(`${rows - ledger.ok} rows of the neighbour are lost`);
      answered += rows;
    }
  };
  const done = Promise.all(Array.from({ length: Math.ceil((2 * rowsPerSecond) / rows) }, worker));
  // Told by `stop`.
  done.catch(() => {});
  return {
    async rateDuring(work) {
      const [before, startedMs] = [answered, performance.now()];
      await work;
      return ((answered - before) / (performance.now() - startedMs)) * 1000;
    },
    async stop() {
      working = false;
      await done;
      client.close();
    },
  };
}
