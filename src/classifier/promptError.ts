import { SemtelError } from '../base/error.ts';

/** A point in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a prompt file. */
export interface Finding extends Place {
  readonly file: string;
  /** Name of the broken rule; `load` for what keeps the file from being loaded at all. */
  readonly rule: string;
  readonly message: string;
}

/** A prompt file that cannot be loaded: what was found until then, at least one finding. */
export class PromptError extends SemtelError {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super('prompt', findings.map((f) => `${f.file}:${f.line}:${f.column}: ${f.message}`).join('\n'));
    this.findings = findings;
  }
}
