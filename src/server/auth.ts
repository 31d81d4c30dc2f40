import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { SemtelError } from '../base/error.ts';

/** A bearer token that the configuration allows. */
export interface Token {
  /** Who uses it, for metrics. */
  readonly name: string;
  readonly token: string;
  /** Share in the fair queue, relative to other tokens. */
  readonly weight: number;
}

interface Identity {
  readonly name: string;
  readonly weight: number;
}

/** Who a call comes from; throws `bad_token`. */
export type Authenticate = (metadata: Metadata) => Identity;

const anonymous: Identity = { name: 'anonymous', weight: 1 };

const digest = (token: string) => createHash('sha256').update(token).digest();

/**
 * Checks `authorization: Bearer <token>` in constant time: digests are compared, with every known token, so neither
 * length nor position of a difference shows. Without tokens everybody is let in.
 */
export function authenticator(tokens: readonly Token[]): Authenticate {
  if (tokens.length === 0) return () => anonymous;
  const known = tokens.map(({ name, token, weight }) => ({
    digest: digest(token),
    identity: { name, weight },
  }));
  return (metadata) => {
    const header = String(metadata.get('authorization')[0] ?? '');
    const token = /^bearer +(.+)$/i.exec(header)?.[1];
    const given = digest(token ?? '');
    const matches = known.filter((candidate) => timingSafeEqual(candidate.digest, given));
    const match = token === undefined ? undefined : matches[0];
    if (match === undefined) {
      const fault = header === '' ? 'No token was sent' : 'The token is not known here';
      throw new SemtelError('bad_token', `${fault}; send the header "authorization: Bearer <token>".`);
    }
    return match.identity;
  };
}
