import { SemtelError } from '../base/error.ts';

const notSemtel =
  'Something else listens there, by its speech a status port or a model endpoint; the address is that of the `listen` line of "semtel serve".';

/** By what gRPC tells of the connection; the first that is found in its words is said. */
const hints: readonly (readonly [sign: RegExp, hint: string])[] = [
  [/Protocol error|HPE_/, notSemtel],
  [/Name resolution failed|ENOTFOUND/, 'This machine knows no host of that name.'],
  [/SSL routines|certificate|TLS/i, 'TLS fails; grpc+tls:// is for a server with certificates.'],
];
const nothingThere = 'Is "semtel serve" running there, and is the address right?';

/** Where no server answers: where was asked, what it looks like, then gRPC's own words without its dates. */
export function unreachable(target: string, details: string, cause: unknown): SemtelError {
  const [, told] = /Last error: (?:Error: )?([\s\S]*?)\.? ?Resolution note:/.exec(details) ?? [];
  const words = (told ?? details).replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)/, '').trim();
  const hint = hints.find(([sign]) => sign.test(words))?.[1] ?? nothingThere;
  return new SemtelError('unreachable', `No semtel server answers at ${target} (${words}). ${hint}`, {
    retryable: true,
    cause,
  });
}
