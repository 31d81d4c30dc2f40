import { type Frame, readFrames, writeFrames } from '../../../src/base/ipcFrames.ts';
import { type Random, seededRandom } from '../../../src/base/random.ts';
import { classifierService, flightService } from '../../../src/server/proto.ts';
import { built } from './built.ts';
import { byteChanges } from './bytes.ts';
import { type Call, plainCall } from './call.ts';
import { below, oneOf, weighted } from './draw.ts';
import { envelopeChanges } from './envelope.ts';
import { frameChanges } from './frames.ts';
import { hostileOptions, type Options, soundOptions } from './options.ts';
import { type Seed, seeds } from './seeds.ts';

/** What is changed in a call, and how often: mostly Arrow, as it has most to get wrong. */
const levels = { arrow: 60, bytes: 15, message: 8, options: 5, order: 5, envelope: 5, built: 1, nothing: 1 };
const doors = { Classify: 40, ClassifyStream: 20, DoExchange: 30, DoAction: 5, GetFlightInfo: 5 };

/** Bombs and huge metadata cost a client and a server much: rare, so that there is time for the others. */
const rare = new Set(['bomb', 'huge_metadata', 'gzip_bomb']);
const weightsOf = (changes: object) =>
  Object.fromEntries(Object.keys(changes).map((name) => [name, rare.has(name) ? 0.1 : 1]));
/** A number in the metadata is the most likely to be believed. */
const arrowWeights = { ...weightsOf(frameChanges), number: 3 };
const envelopeWeights = weightsOf(envelopeChanges);

type Door = keyof typeof doors;
type Level = keyof typeof levels;

/** One batch on its way: its Arrow messages, and the bytes of the stream once they are no longer those. */
interface Draft {
  readonly frames: readonly Frame[];
  readonly ipc: Uint8Array;
  readonly rows: number;
}

const draftOf = ({ frames, ipc, rows }: Seed): Draft => ({ frames, ipc, rows });
const nameOf = (names: readonly string[]) => names.join('+');

/** Changes the Arrow messages of a batch once or twice. */
function changeArrow(draft: Draft, random: Random): readonly [Draft, string] {
  const names: string[] = [];
  let { frames } = draft;
  for (let count = 1 + below(random, 2); count > 0 && frames.length > 0; count--) {
    const name = weighted(random, arrowWeights);
    try {
      frames = frameChanges[name]!(frames, random, oneOf(random, seeds).frames);
      names.push(name);
    } catch (error) {
      // The first change left nothing that the second can read.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return [{ ...draft, frames, ipc: writeFrames(frames, random() < 0.95) }, nameOf(names)];
}

function changeBytes(bytes: Uint8Array, random: Random, other: Uint8Array): readonly [Uint8Array, string] {
  const name = oneOf(random, Object.keys(byteChanges));
  return [bytes.length === 0 ? bytes : byteChanges[name]!(bytes, random, other), name];
}

/** Fields that nobody knows, in groups without end: reading them must neither recurse nor take long. */
const nestedGroups = Buffer.alloc(50_000, (15 << 3) | 3);

function changeMessage(
  messages: readonly Uint8Array[],
  random: Random,
): readonly [readonly Uint8Array[], string] {
  if (messages.length === 0) return [messages, 'no message'];
  const index = below(random, messages.length);
  if (random() < 0.1)
    return [messages.with(index, Buffer.concat([messages[index]!, nestedGroups])), 'groups'];
  const [bytes, name] = changeBytes(messages[index]!, random, oneOf(random, messages));
  return [messages.with(index, bytes), name];
}

/** Messages left out, sent again, in another order, or empty. */
function changeOrder(messages: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
  const index = below(random, messages.length);
  const to = below(random, messages.length + 1);
  return oneOf(random, [
    () => messages.toSpliced(index, 1),
    () => messages.toSpliced(to, 0, messages[index]!),
    () => messages.toReversed(),
    () => messages.toSpliced(to, 0, new Uint8Array(0)),
  ])();
}

const declared = [-1, 0, 1, 3, 5, 10_001, 2 ** 31, 2 ** 53, '9223372036854775807', '-9223372036854775808'];

/** The messages of a call of the own proto: options, then one to three batches, one of them changed. */
function ownMessages(
  door: Door,
  level: Level,
  seed: Seed,
  random: Random,
): readonly [readonly Uint8Array[], string] {
  const sound = soundOptions(seed, random);
  const options = level === 'options' ? hostileOptions(sound, random) : sound;
  const [changed, what] = changedBatch(level, seed, random);
  const wrongCount = level === 'options' && random() < 0.5;
  const batch = { ipc: changed.ipc, row_count: wrongCount ? oneOf(random, declared) : changed.rows };
  if (door === 'Classify')
    return [[classifierService.Classify.requestSerialize({ options, batch } as never)], what];
  const others = Array.from({ length: below(random, 3) }, () => ({ ipc: seed.ipc, row_count: seed.rows }));
  const batches = others.toSpliced(below(random, others.length + 1), 0, batch as (typeof others)[0]);
  const messages = [{ options }, ...batches.map((each) => ({ batch: each }))];
  return [
    messages.map((message) => classifierService.ClassifyStream.requestSerialize(message as never)),
    what,
  ];
}

function changedBatch(level: Level, seed: Seed, random: Random): readonly [Draft, string] {
  const draft = draftOf(seed);
  if (level === 'arrow') return changeArrow(draft, random);
  if (level === 'bytes') {
    const [ipc, name] = changeBytes(draft.ipc, random, oneOf(random, seeds).ipc);
    return [{ ...draft, ipc }, name];
  }
  if (level === 'built') {
    const name = oneOf(random, Object.keys(built));
    const { ipc, rowCount } = built[name]!();
    return [{ ipc, frames: [...readFrames(ipc)], rows: rowCount }, name];
  }
  return [draft, ''];
}

const descriptorOf = (options: Options, random: Random) =>
  random() < 0.9
    ? { type: 'CMD', cmd: Buffer.from(JSON.stringify(options)) }
    : { type: oneOf(random, ['PATH', 'UNKNOWN']), path: options.classifiers };

/** The messages of a DoExchange: the descriptor alone or with the schema, dictionaries, one to three batches. */
function flightMessages(level: Level, seed: Seed, random: Random): readonly [readonly Uint8Array[], string] {
  const sound = soundOptions(seed, random);
  const options = level === 'options' ? hostileOptions(sound, random) : sound;
  const [{ frames }, what] = changedBatch(level === 'bytes' ? 'nothing' : level, seed, random);
  const repeated = Array.from({ length: below(random, 3) }, () => frames.at(-1)).filter(
    (frame) => frame !== undefined,
  );
  const data = [...frames, ...repeated].map(({ header, body }, index) => ({
    data_header: header,
    data_body: body,
    app_metadata:
      index > 0
        ? Buffer.from(oneOf(random, ['', `batch ${index}`, 'x'.repeat(random() < 0.02 ? 5_000 : 100)]))
        : '',
  }));
  const flight_descriptor = descriptorOf(options, random);
  const messages =
    random() < 0.5 ? [{ flight_descriptor }, ...data] : [{ flight_descriptor, ...data[0] }, ...data.slice(1)];
  const bytes = messages.map((message) => flightService.DoExchange.requestSerialize(message as never));
  if (level !== 'bytes') return [bytes, what];
  return changeMessage(bytes, random);
}

const actionBodies = [
  '{"job_id":"mutated"}',
  '{"job_id":"nobody"}',
  '{}',
  '',
  '[]',
  'null',
  '{"job_id":1}',
  '{"__proto__":{"job_id":"x"}}',
  '['.repeat(100_000),
  '\ud800"',
];
const actionTypes = [
  'health',
  'server_info',
  'get_job',
  'get_job',
  'cancel_job',
  '__proto__',
  'constructor',
  '',
  'HEALTH',
];

/** A call of Flight with one request: bytes of a sound one are changed most of the time. */
function smallMessages(
  door: Door,
  level: Level,
  seed: Seed,
  random: Random,
): readonly [readonly Uint8Array[], string] {
  const options = soundOptions(seed, random);
  const type = oneOf(random, actionTypes);
  // Nobody's job: a cancelled one would answer no more.
  const body = type === 'cancel_job' ? '{"job_id":"nobody"}' : oneOf(random, actionBodies);
  const message =
    door === 'DoAction'
      ? flightService.DoAction.requestSerialize({ type, body: Buffer.from(body) })
      : flightService.GetFlightInfo.requestSerialize(
          descriptorOf(level === 'options' ? hostileOptions(options, random) : options, random) as never,
        );
  if (door === 'DoAction' ? random() < 0.5 : level === 'options') return [[message], type];
  return changeMessage([message], random);
}

/** Call number `index` of a run: the same for the same `seed`, whatever came before it. */
export function callOf(seed: number, index: number): Call {
  // Neighbouring numbers must not give neighbouring states.
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const door = weighted(random, doors);
  const level = weighted(random, levels);
  const source = oneOf(random, seeds);
  const [made, what] =
    door === 'DoExchange'
      ? flightMessages(level, source, random)
      : door === 'Classify' || door === 'ClassifyStream'
        ? ownMessages(door, level, source, random)
        : smallMessages(door, level, source, random);
  const [messages, more] =
    level === 'message'
      ? changeMessage(made, random)
      : level === 'order' && made.length > 0
        ? [changeOrder(made, random), '']
        : [made, ''];
  const { path } = door in classifierService ? classifierService[door]! : flightService[door]!;
  const call = plainCall(
    `${door} ${source.name} ${level} ${nameOf([what, more].filter(Boolean))}`.trim(),
    path,
    messages,
  );
  if (level !== 'envelope') return call;
  const name = weighted(random, envelopeWeights);
  return envelopeChanges[name]!({ ...call, what: `${call.what} ${name}`.trim() }, random);
}
