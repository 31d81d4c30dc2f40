import { type ErrorKind, SemtelError, traceOf } from '../base/error.ts';
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
    return {
      code: exitCodes.internal,
      words: `semtel: internal error; please report it.\n${traceOf(error)}`,
    };
  }
  const advice = advices[error.kind];
  const lines = [...error.message.split('\n'), ...(advice === undefined ? [] : [advice])];
  return { code: codeOf(error.kind), words: lines.map((line) => `semtel: ${line}`).join('\n') };
}

/** What to do next, where the error itself cannot know the command for it. */
const advices: Partial<Record<ErrorKind, string>> = {
  endpoints_rejected: '"semtel check" tells what each endpoint answers.',
};

function codeOf(kind: ErrorKind): ExitCode {
  if (kind === 'cancelled') return exitCodes.interrupted;
  if (kind === 'unbalanced') return exitCodes.unbalanced;
  return usageKinds.has(kind) ? exitCodes.usage : exitCodes.internal;
}
