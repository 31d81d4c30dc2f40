import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why there can be no certificates, or false. */
export const noOpenssl =
  spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not there to make certificates';

/** PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

const curve = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

/** A new authority with its files in `folder`; it signs certificates for localhost. */
export function newAuthority(folder: string, name: string) {
  const at = (file: string) => join(folder, `${name}-${file}`);
  const [cert, key] = [at('ca.crt'), at('ca.key')];
  openssl('req', '-x509', ...curve, '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert);
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  return {
    /** Its own certificate, to be trusted. */
    cert,
    /** Signs one for so many days from now; fewer than none: it has expired. */
    sign(who: string, days = 1): Pair {
      const pair = { cert: at(`${who}.crt`), key: at(`${who}.key`) };
      const request = at(`${who}.csr`);
      openssl('req', '-new', ...curve, '-subj', `/CN=${who}`, '-keyout', pair.key, '-out', request);
      const by = ['-CA', cert, '-CAkey', key, '-CAcreateserial', '-days', String(days)];
      openssl('x509', '-req', '-in', request, ...by, '-extfile', at('names'), '-out', pair.cert);
      return pair;
    },
  };
}
