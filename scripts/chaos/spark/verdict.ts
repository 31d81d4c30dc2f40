import type { Seen } from './endpoint.ts';
import type { Event, Happened } from './events.ts';
import type { Ran } from './job.ts';

/** What must hold, and what was found. */
export interface Claim {
  readonly claim: string;
  readonly found: string;
  readonly holds: boolean;
}

/** An event with the calls that were made again since the first one, up to the next, and how many of these may be. */
export interface Repeated extends Happened {
  readonly repeated: number;
  readonly allowed: number;
}

const again = ({ answeredAgain, abortedAgain }: Seen) => answeredAgain + abortedAgain;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

/**
 * What may be paid twice for an event: what was in flight, and what was answered and not saved yet. Counted from the
 * first event on, because Spark may do a killed executor's work only after the next one.
 */
export function repeats(happened: readonly Happened[], end: Seen): readonly Repeated[] {
  let allowed = 0;
  return happened.map((one, index) => {
    allowed += one.before.inFlight + one.event.unsaved;
    return { ...one, repeated: again(happened[index + 1]?.before ?? end), allowed };
  });
}

/** Judges the job that the events happened to, and the same job once more in fair weather. */
export function verdict(
  rows: number,
  events: readonly Event[],
  happened: readonly Happened[],
  first: Ran,
  second: Ran,
): readonly Claim[] {
  const none = (claim: string, count: number): Claim => ({ claim, found: String(count), holds: count === 0 });
  const complaints = happened.flatMap(({ event, complaint }) =>
    complaint === undefined ? [] : [`${event.name}: ${complaint}`],
  );
  const { failed, reset, malformed, requests, answered } = first.after;
  const each = repeats(happened, first.after);
  const { lost, doubled, wrong, statuses } = first.counts;
  const unreadable = sum(
    Object.entries(statuses).map(([status, count]) => (status.startsWith('invalid/') ? count : 0)),
  );
  const unlabelled = rows - (statuses.ok ?? 0);
  const asked = second.after.answered - second.before.answered;
  const { repeated = 0, allowed = 0 } = each.at(-1) ?? {};
  const unsaved = Math.min(sum(happened.map(({ event }) => event.unsaved)), allowed - repeated);
  const left = rows - (second.counts.statuses.ok ?? 0);
  return [
    {
      claim: `${events.length} events, each as it should be`,
      found: [`${happened.length} happened`, ...complaints].join('; '),
      holds: happened.length === events.length && complaints.length === 0,
    },
    {
      claim: '5 % of the calls fail, 5 % break, 2 % of the replies are malformed',
      found: [percent(failed, requests), percent(reset, requests), percent(malformed, answered)].join(', '),
      holds: failed > 0.04 * requests && reset > 0.04 * requests && malformed > 0.015 * answered,
    },
    none('rows lost', lost),
    none('rows doubled', doubled),
    none('rows with a label that is not their own', wrong),
    none('rows without a label for any reason but two malformed replies', unlabelled - unreadable),
    {
      claim: 'calls repeated, after each event at most those in flight or not yet saved so far',
      found: `${repeated}, may be ${allowed}`,
      holds: each.every((one) => one.repeated <= one.allowed),
    },
    {
      claim:
        'calls of the same job again: one for each row without a label, or whose answer was not saved when it came',
      found: `${asked} for ${unlabelled} and at most ${unsaved}`,
      holds: asked >= unlabelled && asked <= unlabelled + unsaved,
    },
    none(
      'rows that it loses or doubles, or leaves without their own label',
      second.counts.lost + second.counts.doubled + second.counts.wrong + left,
    ),
  ];
}
