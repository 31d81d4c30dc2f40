import { z } from 'zod';
import { unknownKey } from '../../base/nearest.ts';
import { Secret } from './secret.ts';

/** An object that takes its own keys only; each other key becomes one line of the issue's message. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const { keys } = issue as unknown as { readonly keys: readonly string[] };
      return keys.map((key) => unknownKey(key, '', Object.keys(shape)).slice(2)).join('\n');
    },
  });
}

/** An object whose absence means all its defaults. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return strict(shape).prefault({} as z.input<ReturnType<typeof strict<Shape>>>);
}

/** Numbers may arrive as text through `${env:NAME}`. */
const numeric = (value: number | string) =>
  typeof value === 'string' && /^[0-9]+(\.[0-9]+)?$/.test(value) ? Number(value) : value;

/** A whole number from 1 on. */
export const count = z.preprocess(numeric, z.int().min(1));
/** A whole number from 0 on. */
export const order = z.preprocess(numeric, z.int().min(0));
/** Seconds; fractions are welcome. */
export const seconds = z.preprocess(numeric, z.number().positive());
export const money = z.preprocess(numeric, z.number().min(0));
/** A part of one, as a number or as `1/3`. */
export const fraction = z.preprocess((value: number | string) => {
  const parts = typeof value === 'string' ? /^([0-9]+)\s*\/\s*([0-9]+)$/.exec(value) : null;
  return parts === null ? numeric(value) : Number(parts[1]) / Number(parts[2]);
}, z.number().positive().max(1));

export const text = z.string().min(1);
/** Text that must never be printed. Written as text; a reference has become a `Secret` by now. */
export const secret = z.preprocess(
  (value: string): Secret | string => value,
  z
    .custom<Secret | string>(
      (value) => value instanceof Secret || (typeof value === 'string' && value !== ''),
      'must be text',
    )
    .transform((value) => (typeof value === 'string' ? new Secret(() => value) : value)),
);
/** Host and port: `127.0.0.1:8815`, `[::]:8815`. */
export const address = z.string().refine((value) => parseAddress(value) !== undefined, {
  error: 'must be HOST:PORT, such as 127.0.0.1:8815',
});

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Host and port of `HOST:PORT`; undefined when it is not one. */
export function parseAddress(value: string): Address | undefined {
  const parts = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]+)):([0-9]{1,5})$/.exec(value);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2];
  return host === undefined || port > 65535 ? undefined : { host, port };
}
