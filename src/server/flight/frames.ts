import { SemtelError } from '../../base/error.ts';
import { type Frame, joinStream, writeFrames } from '../../base/ipcFrames.ts';
import { readMessageHeader } from './messageHeader.ts';
import type { FlightData } from './wire.ts';

const noBody = new Uint8Array(0);

/** What one Flight message of a request stream amounts to. */
type FlightInput =
  | { readonly kind: 'schema'; readonly ipc: Uint8Array }
  | {
      readonly kind: 'batch';
      readonly ipc: Uint8Array;
      readonly rows: number;
      readonly appMetadata: Uint8Array;
    };

/**
 * Reads the messages of one request stream: a schema, then record batches with the dictionaries they refer to. Keeps
 * the schema and the dictionaries in force, so that every batch becomes a whole IPC stream of its own.
 */
export interface FlightReader {
  /** What a message completes; undefined for dictionaries and for messages that carry only metadata. */
  take(data: FlightData): FlightInput | undefined;
}

const bytesOf = ({ header, body }: Frame) => header.length + body.length;

/** `maxBytes` bounds the dictionaries kept. All faults throw `bad_arrow`. */
export function flightReader(maxBytes: number): FlightReader {
  let schema: Uint8Array | undefined;
  const dictionaries = new Map<bigint, Frame[]>();
  let keptBytes = 0;

  const keep = (id: bigint, delta: boolean, frame: Frame) => {
    const known = dictionaries.get(id) ?? [];
    if (delta) known.push(frame);
    else for (const old of known) keptBytes -= bytesOf(old);
    dictionaries.set(id, delta ? known : [frame]);
    keptBytes += bytesOf(frame);
    if (keptBytes > maxBytes) {
      throw new SemtelError(
        'bad_arrow',
        `The dictionaries of the stream hold ${keptBytes} bytes; at most ${maxBytes} are kept. Send plain columns.`,
      );
    }
  };

  return {
    take(data) {
      if (data.data_header.length === 0) return undefined;
      const header = readMessageHeader(data.data_header);
      if (header.kind === 'schema') {
        if (schema !== undefined) throw new SemtelError('bad_arrow', 'The stream sent a second schema.');
        schema = data.data_header;
        return { kind: 'schema', ipc: writeFrames([{ header: schema, body: noBody }], true) };
      }
      if (schema === undefined) throw new SemtelError('bad_arrow', 'The stream sent data before its schema.');
      if (header.kind === 'dictionary') {
        keep(header.id, header.delta, { header: data.data_header, body: data.data_body });
        return undefined;
      }
      const ipc = joinStream(schema, [...dictionaries.values()].flat(), data.data_header, data.data_body);
      return { kind: 'batch', ipc, rows: header.rows, appMetadata: data.app_metadata };
    },
  };
}
