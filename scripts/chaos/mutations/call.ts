import { framed } from '../../soak/rawGrpc.ts';

/** One gRPC call as it goes over the wire, whatever a client would send. */
export interface Call {
  /** Door, seed and what was done, for words. */
  readonly what: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In order; each with gRPC's five bytes before it, where it has them. */
  readonly wire: readonly Uint8Array[];
}

/** A call of whole, uncompressed messages. */
export const plainCall = (what: string, path: string, messages: readonly Uint8Array[]): Call => ({
  what,
  path,
  headers: {},
  wire: messages.map((message) => framed(message)),
});

export const bytesOf = ({ wire }: Call): number => wire.reduce((sum, { length }) => sum + length, 0);
