import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';

interface Health {
  readonly status: string;
}

const method = (name: 'Check' | 'Watch') =>
  healthService[name] as MethodDefinition<{ service: string }, Health>;

/** A server's health over a connection of its own. */
export function watchHealth(address: string) {
  const client = new Client(address, credentials.createInsecure());
  const { Check, Watch } = { Check: method('Check'), Watch: method('Watch') };
  const watching = client.makeServerStreamRequest(
    Watch.path,
    Watch.requestSerialize,
    Watch.responseDeserialize,
    { service: 'semtel.v1.ClassifierService' },
  );
  // The server ends it when it goes.
  watching.on('error', () => {});
  const told = watching[Symbol.asyncIterator]();
  return {
    client,
    /** The state now, then each new one. */
    watched: async (): Promise<string> => ((await told.next()).value as Health).status,
    checked: () =>
      new Promise<string>((resolve, reject) =>
        client.makeUnaryRequest(
          Check.path,
          Check.requestSerialize,
          Check.responseDeserialize,
          { service: '' },
          (error, health) => (error === null ? resolve(health!.status) : reject(error)),
        ),
      ),
    close: () => client.close(),
  };
}
