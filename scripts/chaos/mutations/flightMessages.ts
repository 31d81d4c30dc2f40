import type { Random } from '../../../src/base/random.ts';
import { flightService } from '../../../src/server/proto.ts';
import { changedBatch } from './batch.ts';
import { below, oneOf } from './draw.ts';
import { changeMessage, type Made } from './messages.ts';
import { hostileOptions, type Options, soundOptions } from './options.ts';
import type { Seed } from './seeds.ts';
import type { Door, Level } from './weights.ts';

const descriptorOf = (options: Options, random: Random) =>
  random() < 0.9
    ? { type: 'CMD', cmd: Buffer.from(JSON.stringify(options)) }
    : { type: oneOf(random, ['PATH', 'UNKNOWN']), path: options.classifiers };

/** The messages of a DoExchange: the descriptor alone or with the schema, dictionaries, one to three batches. */
export function exchangeMessages(level: Level, seed: Seed, random: Random): Made {
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
export function requestMessages(door: Door, level: Level, seed: Seed, random: Random): Made {
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
