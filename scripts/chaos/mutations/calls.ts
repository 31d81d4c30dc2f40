import { seededRandom } from '../../../src/base/random.ts';
import { classifierService, flightService } from '../../../src/server/proto.ts';
import { type Call, plainCall } from './call.ts';
import { oneOf, weighted } from './draw.ts';
import { envelopeChanges } from './envelope.ts';
import { exchangeMessages, requestMessages } from './flightMessages.ts';
import { changeMessage, changeOrder } from './messages.ts';
import { ownMessages } from './ownMessages.ts';
import { seeds } from './seeds.ts';
import { doors, envelopeWeights, levels } from './weights.ts';

/** Call number `index` of a run: the same for the same `seed`, whatever came before it. */
export function callOf(seed: number, index: number): Call {
  // Neighbouring numbers must not give neighbouring states.
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const door = weighted(random, doors);
  const level = weighted(random, levels);
  const source = oneOf(random, seeds);
  const [made, what] =
    door === 'DoExchange'
      ? exchangeMessages(level, source, random)
      : door === 'Classify' || door === 'ClassifyStream'
        ? ownMessages(door, level, source, random)
        : requestMessages(door, level, source, random);
  const [messages, more] =
    level === 'message'
      ? changeMessage(made, random)
      : level === 'order' && made.length > 0
        ? [changeOrder(made, random), '']
        : [made, ''];
  const { path } = door in classifierService ? classifierService[door]! : flightService[door]!;
  const call = plainCall(
    `${door} ${source.name} ${level} ${[what, more].filter(Boolean).join('+')}`.trim(),
    path,
    messages,
  );
  if (level !== 'envelope') return call;
  const name = weighted(random, envelopeWeights);
  return envelopeChanges[name]!({ ...call, what: `${call.what} ${name}`.trim() }, random);
}
