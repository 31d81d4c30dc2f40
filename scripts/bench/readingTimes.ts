import { seededRandom } from '../../src/base/random.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { combineClassifiers } from '../../src/classifier/combine.ts';
import { corrupt, faults, replyOf } from '../../test/classifier/corrupt/corrupt.ts';
import { sets } from '../../test/classifier/corrupt/sets.ts';
import { median } from './measured.ts';

const rounds = 9;

/** Microseconds that one reading takes: the median of rounds of `times` readings, after one round that is not counted. */
function microseconds(read: (reply: string) => unknown, replies: readonly string[], times: number): number {
  const all = () => {
    for (const reply of replies) read(reply);
  };
  const perRound = Math.ceil(times / replies.length);
  const took = Array.from({ length: rounds + 1 }, () => {
    const startedMs = performance.now();
    for (let n = 0; n < perRound; n++) all();
    return ((performance.now() - startedMs) * 1000) / (perRound * replies.length);
  });
  return median(took.slice(1));
}

/** What is read, and how long one takes. */
export type Timing = readonly [what: string, microseconds: number];

const shipped = sets.filter(({ classifier }) => classifier.description !== '');
const strictReplies = (set: (typeof sets)[number]) =>
  Array.from({ length: 50 }, (_, seed) => JSON.stringify(replyOf(set, seededRandom(seed)).outputs));

/** Strict replies of the shipped classifiers, and one that joins them all. */
export function strictTimings(): Timing[] {
  const each = shipped.map(
    (set): Timing => [set.classifier.name, microseconds(set.classifier.read, strictReplies(set), 20_000)],
  );
  const classifiers: Classifier[] = shipped.map(({ classifier }) => classifier);
  const combined = Array.from({ length: 50 }, (_, seed) => {
    const parts = shipped.map((set) => [set.classifier.name, replyOf(set, seededRandom(seed)).outputs]);
    return JSON.stringify(Object.fromEntries(parts));
  });
  const read = combineClassifiers(classifiers).read;
  return [...each, [`all ${shipped.length} combined`, microseconds(read, combined, 4_000)]];
}

/** Replies of `topic` with each named fault, slowest first. */
export function faultTimings(): Timing[] {
  const set = shipped.find(({ classifier }) => classifier.name === 'topic')!;
  return faults
    .flatMap((fault): Timing[] => {
      const replies = Array.from({ length: 20 }, (_, seed) => {
        const spoiled = corrupt(replyOf(set, seededRandom(seed)), fault, seed);
        return spoiled === null ? [] : [spoiled.text];
      }).flat();
      return replies.length === 0 ? [] : [[fault.name, microseconds(set.classifier.read, replies, 500)]];
    })
    .sort(([, a], [, b]) => b - a);
}

/** Replies made to be slow. */
export function hostileTimings(): Timing[] {
  const { read } = shipped.find(({ classifier }) => classifier.name === 'topic')!.classifier;
  const hostile: readonly (readonly [string, string])[] = [
    ['8 MB of prose', 'prose '.repeat(1_400_000)],
    ['1 MB of prose, then JSON', `${'prose '.repeat(170_000)}{"label":"Food"}`],
    ['a thought of 1 MB', `<think>${'Hm. '.repeat(250_000)}</think>{"label":"Food"}`],
    ['1 MB of backslashes', '\\'.repeat(1 << 20)],
    ['100,000 brackets', `{"label":${'['.repeat(100_000)}`],
    ['70,000 answers', '{"label":"x"}'.repeat(70_000)],
    ['16 KB of open quotes', `{a: ${'"\\'.repeat(8000)}}`],
    ['16 KB of labels', JSON.stringify({ label: Array(2700).fill('Fod') })],
  ];
  return hostile.map(([name, reply]) => [name, microseconds(read, [reply], 20)]);
}
