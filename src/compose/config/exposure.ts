import { SemtelError } from '../../base/error.ts';
import { parseAddress } from './fields.ts';
import type { Settings } from './schema.ts';

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);
}

/** Refuses a server that strangers could reach and spend with. */
export function refuseOpenListening(settings: Pick<Settings, 'listen' | 'auth'>, insecure: boolean): void {
  const host = parseAddress(settings.listen)?.host ?? '';
  const { auth } = settings;
  const clientsAreKnown = auth !== null && (auth.tokens.length > 0 || (auth.tls?.client_ca ?? null) !== null);
  if (insecure || clientsAreKnown || isLoopback(host)) return;
  throw new SemtelError(
    'config',
    `listen: ${settings.listen} can be reached from other machines, and anyone there could spend your model's quota. Configure auth.tokens (or auth.tls.client_ca), listen on 127.0.0.1, or say --insecure.`,
  );
}

/** What to warn of: tokens that cross a network unencrypted; null where they do not. */
export function clearTextTokens({ listen, auth }: Pick<Settings, 'listen' | 'auth'>): string | null {
  const host = parseAddress(listen)?.host ?? '';
  if (auth === null || auth.tokens.length === 0 || auth.tls !== null || isLoopback(host)) return null;
  return `auth: ${listen} has tokens but no TLS, so they can be read on the way; configure auth.tls, or let a proxy or mesh encrypt.`;
}
