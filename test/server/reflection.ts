import { fileURLToPath } from 'node:url';
import { type Client, Metadata, type MethodDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

interface ReflectionResponse {
  readonly list_services_response: { readonly service: readonly { readonly name: string }[] };
}

const proto = new URL(
  './proto/grpc/reflection/v1/reflection.proto',
  new URL('..', import.meta.resolve('@grpc/reflection')),
);
const loaded = loadSync(fileURLToPath(proto), { keepCase: true });
const { ServerReflectionInfo } = loaded['grpc.reflection.v1.ServerReflection'] as unknown as {
  ServerReflectionInfo: MethodDefinition<{ list_services: string }, ReflectionResponse>;
};

/** The services that a server's reflection lists, as grpcurl asks for them. */
export async function listServices(client: Client): Promise<string[]> {
  const { path, requestSerialize, responseDeserialize } = ServerReflectionInfo;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata());
  call.end({ list_services: '' });
  const names: string[] = [];
  for await (const response of call as AsyncIterable<ReflectionResponse>) {
    names.push(...response.list_services_response.service.map(({ name }) => name));
  }
  return names;
}
