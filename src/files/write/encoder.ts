/** Turns IPC streams of one schema into the bytes of one file. */
export interface Encoder {
  /** Adds the rows of one IPC stream; its bytes may be taken away. */
  write(ipc: Uint8Array): Promise<void>;
  /** Completes the file, whose bytes have all been written then; to be called once, after a write. */
  end(): Promise<void>;
}

/** Where the bytes of a file go, in order. */
export type Append = (bytes: Uint8Array | string) => Promise<void>;
