export type Fields = Readonly<Record<string, unknown>>;

/** Where words for the operator go. Row text and secrets are never passed in. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

export const noLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
