import { messageOf, SemtelError } from '../../base/error.ts';
import type { ClassifyOptions, Service } from '../../service/exchange.ts';
import type { FlightDescriptor } from './wire.ts';

/** JSON in UTF-8 as clients send it; `what` names it in the error. */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new SemtelError('bad_option', `${what} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Options from a descriptor: CMD holds them as JSON, PATH names the classifiers and leaves the rest at its default. */
export function optionsOf(descriptor: FlightDescriptor | null, service: Service): ClassifyOptions {
  switch (descriptor?.type) {
    case 'CMD':
      return service.options(parseJson(descriptor.cmd, 'The command of the Flight descriptor'));
    case 'PATH':
      return service.options({ classifiers: descriptor.path });
    default:
      throw new SemtelError(
        'bad_option',
        'A Flight descriptor is needed: CMD with options as JSON, e.g. {"classifiers":["topic"]}, or PATH ["topic"].',
      );
  }
}
