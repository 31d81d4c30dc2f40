import { arrowFileWriter } from '../../arrow/fileWriter.ts';
import type { Append, Encoder } from './encoder.ts';

/** An Arrow IPC file. */
export function arrowEncoder(append: Append): Encoder {
  const writer = arrowFileWriter();
  return {
    write: (ipc) => append(writer.write(ipc)),
    end: () => append(writer.end()),
  };
}
