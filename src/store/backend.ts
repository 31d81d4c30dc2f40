/** Where texts are kept by key (32 hex): a file or a server. It may fail and it may be slow; its callers see to that. */
export interface Backend {
  /** For words; never with a password. */
  readonly name: string;
  /** One entry per key, undefined where nothing is kept or its time to live is over. */
  read(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Survives a killed process once resolved. Writing an entry again does no harm. */
  write(entries: readonly Entry[]): Promise<void>;
  close(): Promise<void>;
}

export type Entry = readonly [key: string, text: string];
