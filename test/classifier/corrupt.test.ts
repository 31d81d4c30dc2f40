import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import type { Classifier, Reading } from '../../src/classifier/classifier.ts';
import { combineClassifiers } from '../../src/classifier/combine.ts';
import { answerFaults, corrupt, faults, replyOf, textFaults } from './corrupt/corrupt.ts';
import { type Expected, pick } from './corrupt/fault.ts';
import { type Outputs, sets } from './corrupt/sets.ts';

const draws = 10_000;

/** The outputs that the model gave, without the derived ones. */
function declared({ outputs }: Extract<Reading, { ok: true }>, like: Outputs): Outputs {
  return Object.fromEntries(Object.keys(like).map((name) => [name, outputs[name]]));
}

function assertRead(reading: Reading, expected: Expected, outputs: Outputs, title: string): void {
  const told = `${title} -> ${JSON.stringify(reading)}`;
  if ('code' in expected) {
    assert.ok(!reading.ok, told);
    assert.equal(reading.code, expected.code, told);
    assert.equal(reading.status, expected.code === 'model_refusal' ? 'refused' : 'invalid', told);
    return;
  }
  assert.ok(reading.ok, told);
  assert.deepEqual(declared(reading, outputs), outputs, told);
  assert.equal(reading.repair, expected.repair, told);
}

/** Reads what was read once more, in the form that was asked for. */
function assertIdempotent(classifier: Classifier, reading: Reading, outputs: Outputs): void {
  if (!reading.ok) return;
  const again = classifier.read(JSON.stringify(declared(reading, outputs)));
  assert.deepEqual(again, { ...reading, repair: null });
}

test('the same seed spoils a reply in the same way', () => {
  for (const [seed, fault] of faults.entries())
    for (const set of sets) {
      const reply = replyOf(set, seededRandom(seed));
      assert.deepEqual(corrupt(reply, fault, seed), corrupt(reply, fault, seed));
    }
});

test('10,000 spoiled replies: the right label with its repair named, or the right code', () => {
  const seen = new Map<string, number>();
  let drawn = 0;
  for (let seed = 0; drawn < draws; seed++) {
    const fault = faults[seed % faults.length]!;
    const set = sets[Math.floor(seed / faults.length) % sets.length]!;
    const reply = replyOf(set, seededRandom(seed));
    const spoiled = corrupt(reply, fault, seed);
    if (spoiled === null) continue;
    drawn += 1;
    seen.set(fault.name, (seen.get(fault.name) ?? 0) + 1);
    const reading = set.classifier.read(spoiled.text);
    const outputs = spoiled.outputs ?? reply.outputs;
    const title = `${fault.name}, ${set.classifier.name}, seed ${seed}: ${spoiled.text.slice(0, 300)}`;
    assertRead(reading, spoiled.expected, outputs, title);
    assertIdempotent(set.classifier, reading, outputs);
    if (reading.ok && set.output !== null)
      assert.ok(set.labels.includes(String(reading.outputs[set.output])));
  }
  assert.deepEqual(
    faults.filter(({ name }) => !seen.has(name)).map(({ name }) => name),
    [],
  );
});

test('two faults at once never make a wrong label', () => {
  let repaired = 0;
  for (let seed = 0; seed < draws / 2; seed++) {
    const random = seededRandom(seed);
    const set = pick(sets, random);
    const { outputs } = replyOf(set, random);
    const inner = corrupt({ set, outputs, other: outputs }, pick(faults, random), seed);
    if (inner === null) continue;
    const outer = pick(textFaults, random);
    let text: string;
    try {
      text = outer.spoil(inner.text, inner.text, random)?.text ?? inner.text;
    } catch {
      continue; // This fault needs JSON to spoil.
    }
    const reading = set.classifier.read(text);
    if (!reading.ok) continue;
    repaired += 1;
    const right = inner.outputs ?? outputs;
    assert.deepEqual(declared(reading, right), right, `${outer.name}, seed ${seed}: ${text.slice(0, 300)}`);
    assertIdempotent(set.classifier, reading, right);
  }
  assert.ok(repaired > draws / 10, `${repaired}`);
});

test('a combined reply: a fault of its text is one of every part', () => {
  const members = sets.slice(0, 3);
  const combined = combineClassifiers(members.map(({ classifier }) => classifier));
  for (let seed = 0; seed < 1500; seed++) {
    const random = seededRandom(seed);
    const replies = members.map((set) => replyOf(set, random));
    const json = (which: 'outputs' | 'other') =>
      JSON.stringify(Object.fromEntries(replies.map((each) => [each.set.classifier.name, each[which]])));
    const fault = textFaults[seed % textFaults.length]!;
    const spoiled = fault.spoil(json('outputs'), json('other'), random);
    if (spoiled === null) continue;
    combined.read(spoiled.text).forEach((reading, index) => {
      assertRead(
        reading,
        spoiled.expected,
        replies[index]!.outputs,
        `${fault.name}, seed ${seed}: ${spoiled.text}`,
      );
    });
  }
});

test('a combined reply: a fault of one part leaves the others theirs', () => {
  const members = ['topic', 'satisfaction', 'fields'].map(
    (name) => sets.find((set) => set.classifier.name === name)!,
  );
  const combined = combineClassifiers(members.map(({ classifier }) => classifier));
  const partial = answerFaults.filter(({ alone }) => alone !== true);
  for (let seed = 0; seed < 1500; seed++) {
    const random = seededRandom(seed);
    const replies = members.map((set) => replyOf(set, random));
    const fault = partial[seed % partial.length]!;
    const bad = pick([0, 1, 2], random);
    const spoiled = corrupt(replies[bad]!, fault, seed);
    if (spoiled === null) continue;
    const parts = replies.map(({ set, outputs }, index) => {
      const text = index === bad ? spoiled.text : JSON.stringify(outputs);
      return `"${set.classifier.name}":${text}`;
    });
    const title = `${fault.name}, seed ${seed}: ${spoiled.text}`;
    combined.read(`{${parts.join(',')}}`).forEach((reading, index) => {
      if (index === bad)
        assertRead(reading, spoiled.expected, spoiled.outputs ?? replies[bad]!.outputs, title);
      else assertRead(reading, { repair: null }, replies[index]!.outputs, title);
    });
  }
});

test('a combined reply: missing, extra and misnamed parts', () => {
  const members = sets.slice(0, 3);
  const combined = combineClassifiers(members.map(({ classifier }) => classifier));
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed);
    const replies = members.map((set) => replyOf(set, random));
    const bad = seed % 3;
    const kind = pick(['missing', 'misnamed', 'null', 'extra'] as const, random);
    const parts = replies.flatMap(({ set, outputs }, index): [string, unknown][] => {
      const { name } = set.classifier;
      if (index !== bad) return [[name, outputs]];
      if (kind === 'missing') return [];
      if (kind === 'misnamed') return [['i7', outputs]];
      if (kind === 'null') return [[name, null]];
      return [
        [name, outputs],
        ['constructor', outputs],
      ];
    });
    const readings = combined.read(JSON.stringify(Object.fromEntries(parts)));
    readings.forEach((reading, index) => {
      const lost = index === bad && kind !== 'extra';
      assert.equal(reading.ok, !lost, `${kind}, seed ${seed}`);
      if (reading.ok) assert.deepEqual(declared(reading, replies[index]!.outputs), replies[index]!.outputs);
    });
  }
});
