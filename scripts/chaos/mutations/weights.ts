import { envelopeChanges } from './envelope.ts';
import { frameChanges } from './frames.ts';

/** What is changed in a call, and how often: mostly Arrow, as it has most to get wrong. */
export const levels = {
  arrow: 60,
  bytes: 15,
  message: 8,
  options: 5,
  order: 5,
  envelope: 5,
  built: 1,
  nothing: 1,
};
export const doors = { Classify: 40, ClassifyStream: 20, DoExchange: 30, DoAction: 5, GetFlightInfo: 5 };

export type Level = keyof typeof levels;
export type Door = keyof typeof doors;

/** Bombs and huge metadata cost a client and a server much: rare, so that there is time for the others. */
const rare = new Set(['bomb', 'huge_metadata', 'gzip_bomb']);
const weightsOf = (changes: object) =>
  Object.fromEntries(Object.keys(changes).map((name) => [name, rare.has(name) ? 0.1 : 1]));

/** A number in the metadata is the most likely to be believed. */
export const arrowWeights = { ...weightsOf(frameChanges), number: 3 };
export const envelopeWeights = weightsOf(envelopeChanges);
