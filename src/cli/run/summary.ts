import { writeFile } from 'node:fs/promises';
import type { Ledger } from '../../base/ledger.ts';
import { plural } from '../../base/plural.ts';
import { version } from '../../compose/version.ts';
import type { ExitCode } from '../exitCodes.ts';
import type { Asked, KnownClassifier } from './labeller.ts';
import { duration, ledgerWords, number } from './progress.ts';
import type { RunRequest } from './request.ts';

/** What a run did: `OUT.semtel.json`, and the words at its end. */
export interface Summary {
  readonly semtel: string;
  readonly node: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly server: string | null;
  readonly job_id: string;
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  readonly classifiers: readonly KnownClassifier[];
  readonly rows: number;
  readonly ledger: Readonly<Ledger>;
  readonly currency: string | null;
  readonly seconds: number;
  readonly exit_code: ExitCode;
}

export interface RunResult {
  readonly request: RunRequest;
  readonly asked: Omit<Asked, 'classifiers'>;
  readonly classifiers: readonly KnownClassifier[];
  readonly ledger: Readonly<Ledger>;
  readonly currency: string;
  readonly seconds: number;
  readonly code: ExitCode;
}

export function summaryOf({
  request,
  asked,
  classifiers,
  ledger,
  currency,
  seconds,
  code,
}: RunResult): Summary {
  const { limit, sample, seed } = request.selection;
  return {
    semtel: version,
    node: process.version,
    inputs: request.inputs,
    output: request.output,
    server: request.server ?? null,
    job_id: asked.jobId,
    options: {
      conversation: request.conversation,
      id: request.id ?? null,
      model: asked.model,
      limit: limit ?? null,
      sample: sample ?? null,
      seed,
      max_cost: asked.maxCost,
      max_tokens: asked.maxTokens,
      allow_failed: request.allowFailed,
      combine: asked.combine,
      refresh: asked.refresh,
      store: request.keepAnswers,
    },
    classifiers,
    rows: ledger.rows,
    ledger,
    currency: currency === '' ? null : currency,
    seconds: Math.round(seconds * 1000) / 1000,
    exit_code: code,
  };
}

/** Leaves `OUT.semtel.json` beside the output. */
export async function writeSummary(summary: Summary): Promise<void> {
  await writeFile(`${summary.output}.semtel.json`, `${JSON.stringify(summary, null, 2)}\n`);
}

function cachedWords({ prompt_tokens, cached_tokens }: Readonly<Ledger>): string {
  const percent = Math.floor((100 * cached_tokens) / prompt_tokens);
  return cached_tokens > 0 ? ` · ${percent} % of ${number(prompt_tokens)} prompt tokens from a cache` : '';
}

type Ended = Pick<Summary, 'rows' | 'ledger' | 'seconds' | 'output'>;

/** Two lines for people. */
export function summaryWords({ rows, ledger, seconds, output }: Ended): string {
  const rate = seconds > 0 ? ` (${(rows / seconds).toFixed(rows / seconds < 10 ? 1 : 0)}/s)` : '';
  const where = output === '-' ? '' : ` -> ${output}`;
  return `${plural(rows, 'row')} in ${duration(seconds)}${rate}${where}\n${ledgerWords(ledger)}${cachedWords(ledger)}`;
}
