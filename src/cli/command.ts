import type { Arguments } from './arguments.ts';
import type { ExitCode } from './exitCodes.ts';
import { commonOptions, type Options } from './options.ts';
import type { Terminal } from './terminal.ts';

/** One `semtel NAME`. */
export interface Command {
  readonly usage: string;
  /** What it does, in one to three lines. */
  readonly about: string;
  readonly example: string;
  readonly options: Options;
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}

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
