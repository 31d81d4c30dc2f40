import { arrowFileWriter } from '../../arrow/fileWriter.ts';
import type { Append, Encoder } from './encoder.ts';

/** An Arrow IPC file. */
export function arrowEncoder(append: Append): Encoder {
  const writer = arrowFileWriter();
  let failure: unknown;
  const written = (async () => {
    for await (const bytes of writer.bytes) await append(bytes);
  })().catch((error: unknown) => {
    failure = error;
  });
  return {
    async write(ipc) {
      if (failure !== undefined) throw failure;
      writer.write(ipc);
    },
    async end() {
      writer.end();
      await written;
      if (failure !== undefined) throw failure;
    },
  };
}
