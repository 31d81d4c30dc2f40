import { fileURLToPath } from 'node:url';
import type { MethodDefinition, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import type { FlightMethods } from './flight/wire.ts';
import type { ClassifierMethods } from './wire.ts';

/** What a request decodes to that is no valid message: left to grpc-js it would be INTERNAL without a code. */
export const malformed: unique symbol = Symbol('malformed');

/** The typed methods of a service, by name. */
type Methods<Wire> = {
  readonly [Name in keyof Wire]: Wire[Name] extends { request: infer Request; response: infer Response }
    ? MethodDefinition<Request, Response>
    : never;
};

export type Definition<Wire> = Methods<Wire> & ServiceDefinition<UntypedServiceImplementation>;

/** Both protos, as reflection wants them; int64 as number, bytes as Buffer, names as written in the files. */
export const protos: PackageDefinition = loadSync(
  ['semtel/v1/classifier.proto', 'arrow/flight/protocol/Flight.proto'],
  {
    includeDirs: [fileURLToPath(new URL('../../proto', import.meta.url))],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
  },
);

function tolerant(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer) => {
      try {
        return method.requestDeserialize(bytes);
      } catch {
        return malformed;
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods);
}

const definition = <Wire>(name: string) =>
  tolerant(protos[name] as unknown as ServiceDefinition) as unknown as Definition<Wire>;

export const classifierServiceName = 'semtel.v1.ClassifierService';
export const flightServiceName = 'arrow.flight.protocol.FlightService';
export const classifierService = definition<ClassifierMethods>(classifierServiceName);
export const flightService = definition<FlightMethods>(flightServiceName);
