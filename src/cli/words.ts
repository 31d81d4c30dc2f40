import { type ErrorKind, messageOf, SemtelError } from '../base/error.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';

/** Kinds that the caller mends in the command, the configuration or the input. */
const usageKinds: ReadonlySet<ErrorKind> = new Set([
  'config',
  'prompt',
  'input',
  'bad_arrow',
  'row_count',
  'missing_column',
  'column_type',
  'bad_option',
  'too_many_rows',
  'bad_token',
  'unknown_classifier',
  'unknown_model',
  'unknown_job',
  'endpoints_rejected',
]);

/** How anything thrown ends the process, and the words on standard error. */
export function ending(error: unknown): { readonly code: ExitCode; readonly words: string } {
  if (!(error instanceof SemtelError)) {
    const trace = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
    return { code: exitCodes.internal, words: `semtel: internal error; please report it.\n${trace}` };
  }
  return {
    code: usageKinds.has(error.kind) ? exitCodes.usage : exitCodes.internal,
    words: error.message
      .split('\n')
      .map((line) => `semtel: ${line}`)
      .join('\n'),
  };
}
