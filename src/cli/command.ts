import type { Arguments } from './arguments.ts';
import type { ExitCode } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';

interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help: `N`, `FILE`. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** One `semtel NAME`. */
export interface Command {
  readonly usage: string;
  /** What it does, in one to three lines. */
  readonly about: string;
  readonly example: string;
  readonly options: Options;
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}

/** Options of every command. */
export const commonOptions: Options = {
  config: { type: 'string', value: 'FILE', help: 'settings (default ./semtel.yaml, else the environment)' },
  'log-level': { type: 'string', value: 'L', help: 'debug, info, warn or error' },
  version: { type: 'boolean', help: 'print the version' },
  help: { type: 'boolean', short: 'h', help: 'print this help' },
};

/** The text of `semtel NAME --help`. */
export function helpOf(command: Command): string {
  return [
    `usage: ${command.usage}`,
    '',
    command.about,
    '',
    ...optionLines(command.options),
    ...(Object.keys(command.options).length > 0 ? [''] : []),
    ...optionLines(commonOptions),
    '',
    `example: ${command.example}`,
  ].join('\n');
}

function optionLines(options: Options): readonly string[] {
  return Object.entries(options).map(([name, { short, value, help }]) => {
    const flag = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${flag.padEnd(26)} ${help}`;
  });
}
