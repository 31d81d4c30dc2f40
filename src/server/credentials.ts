import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { messageOf, SemtelError } from '../base/error.ts';

/** PEM files of the server. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Authority that must have signed the client's certificate (mTLS); null: none is asked for. */
  readonly clientCa: string | null;
}

/** PEM files of a client; all optional: the system's authorities, no own certificate. */
export interface ClientTls {
  readonly rootCa?: string;
  readonly cert?: string;
  readonly key?: string;
}

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SemtelError('config', `${what} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Throws `config` when a file is missing or is no PEM. */
export function serverCredentials(tls: ServerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = {
    cert_chain: read(tls.cert, 'The TLS certificate (auth.tls.cert)'),
    private_key: read(tls.key, 'The TLS key (auth.tls.key)'),
  };
  const clientCa =
    tls.clientCa === null ? null : read(tls.clientCa, 'The client authority (auth.tls.client_ca)');
  return ServerCredentials.createSsl(clientCa, [pair], clientCa !== null);
}

export function clientCredentials(tls: ClientTls | undefined): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure();
  const optional = (path: string | undefined, what: string) => (path === undefined ? null : read(path, what));
  return ChannelCredentials.createSsl(
    optional(tls.rootCa, 'The root authority'),
    optional(tls.key, 'The client key'),
    optional(tls.cert, 'The client certificate'),
  );
}
