import { duration, money, number } from '../run/progress.ts';
import { table } from '../table.ts';
import type { Capacity } from './capacity.ts';
import { secondsByQuota, tokens } from './estimate.ts';
import { sumOf, type Tally } from './promptTally.ts';
import type { Tallies } from './tally.ts';

/** What an estimate comes to. */
export interface Estimate {
  readonly tallies: Tallies;
  readonly capacity: Capacity;
  /** Empty where no price is configured. */
  readonly currency: string;
  /** Answers are neither looked up nor kept. */
  readonly asksAgain: boolean;
}

/** One row for each classifier, their sum, and what one request for all would take. */
export function estimateWords({ tallies, capacity, currency, asksAgain }: Estimate): string {
  const { alone, combined, rows, skipped, repeated, stored } = tallies;
  const total = sumOf('total', alone);
  const lines = alone.length === 1 ? alone : [...alone, total, combined];
  const seconds = secondsByQuota(total, capacity);
  const priced = total.cost !== null;
  return [
    [
      `${number(rows)} rows: ${number(skipped)} without text`,
      ...(asksAgain
        ? [`${number(repeated)} questions that repeat an earlier one and are asked again, without the store`]
        : [
            `${number(repeated)} questions that repeat an earlier one`,
            `${number(stored)} answered already and in the store; these are not asked`,
          ]),
    ].join(', '),
    '',
    table(
      [
        '',
        'calls',
        'prompt tokens',
        'completion tokens',
        'at most',
        ...(priced ? [`cost (${currency})`, 'at most'] : []),
      ],
      lines.map((tally) => cells(tally, priced)),
    ),
    ...(priced ? [] : ['', 'no price configured']),
    ...(seconds === null ? [] : ['', `at least ${duration(seconds)} by quota`]),
  ].join('\n');
}

function cells(tally: Tally, priced: boolean): readonly string[] {
  const { name, calls, promptTokens, completionTokens, mostCompletionTokens, cost, mostCost } = tally;
  return [
    name,
    number(calls),
    tokens(promptTokens),
    tokens(completionTokens),
    tokens(mostCompletionTokens),
    ...(priced ? [money(cost ?? 0), money(mostCost ?? 0)] : []),
  ];
}

/** The same for programs, in whole tokens. */
export function estimateJson({ tallies, capacity, currency }: Estimate): object {
  const { alone, combined, rows, skipped, repeated, stored } = tallies;
  const total = sumOf('total', alone);
  return {
    rows,
    skipped,
    repeated,
    stored,
    classifiers: alone.map(fields),
    total: fields(total),
    combined: fields(combined),
    currency: currency === '' ? null : currency,
    seconds_by_quota: secondsByQuota(total, capacity),
  };
}

function fields(tally: Tally): object {
  return {
    name: tally.name,
    calls: tally.calls,
    prompt_tokens: tally.promptTokens,
    completion_tokens: tally.completionTokens,
    max_completion_tokens: tally.mostCompletionTokens,
    cost: tally.cost,
    max_cost: tally.mostCost,
  };
}
