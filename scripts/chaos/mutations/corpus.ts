import { readFileSync } from 'node:fs';
import type { Call } from './call.ts';
import type { Ending } from './send.ts';

/** A call that is kept, and how it has to end. */
export interface Kept {
  /** The way it ends, in words. */
  readonly name: string;
  readonly status: number;
  readonly error: string;
  readonly call: Call;
}

/** As it stands in the file: one line of JSON, bytes as base64. */
interface Line extends Omit<Kept, 'call'> {
  readonly what: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly wire: readonly string[];
}

/** Status and sentence without what is particular to one call: the same for the same way through the server. */
export function endingName({ status, error, message }: Ending): string {
  const sentence = message
    .replace(/"[^"]*"?/gs, '"…"')
    .replace(/-?\d+/g, 'N')
    .slice(0, 50);
  return `${status} ${error} ${sentence}`;
}

export function corpusLine(
  name: string,
  { what, path, headers, wire }: Call,
  { status, error }: Ending,
): string {
  const bytes = wire.map((frame) => Buffer.from(frame).toString('base64'));
  return `${JSON.stringify({ name, what, status, error, path, headers, wire: bytes })}\n`;
}

export function readCorpus(file: URL): readonly Kept[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((text) => {
    const { name, status, error, what, path, headers, wire } = JSON.parse(text) as Line;
    const frames = wire.map((frame) => Buffer.from(frame, 'base64'));
    return { name, status, error, call: { what, path, headers, wire: frames } };
  });
}
