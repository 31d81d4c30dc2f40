import { parseAddress } from '../../compose/config/fields.ts';
import { wrong } from '../arguments.ts';

export interface Target {
  /** `host:port` */
  readonly address: string;
  readonly tls: boolean;
}

/** The server meant by `HOST:PORT`, `grpc://HOST:PORT` or `grpc+tls://HOST:PORT`. */
export function parseTarget(text: string): Target {
  const [, scheme, address] = /^(?:(grpc|grpc\+tcp|grpc\+tls):\/\/)?(.*)$/.exec(text) as unknown as [
    string,
    string | undefined,
    string,
  ];
  if (parseAddress(address) === undefined) {
    throw wrong(`--server must be HOST:PORT or grpc+tls://HOST:PORT, not "${text}".`);
  }
  return { address, tls: scheme === 'grpc+tls' };
}
