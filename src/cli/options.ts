interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help: `N`, `FILE`. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Options of every command. */
export const commonOptions: Options = {
  config: { type: 'string', value: 'FILE', help: 'settings (default ./semtel.yaml, else the environment)' },
  'log-level': { type: 'string', value: 'L', help: 'debug, info, warn or error' },
  version: { type: 'boolean', help: 'print the version' },
  help: { type: 'boolean', short: 'h', help: 'print this help' },
};
