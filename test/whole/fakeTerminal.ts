import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Environment } from '../../src/compose/config/references.ts';

export interface FakeTerminal extends Terminal {
  /** What was said, line by line. */
  readonly said: string[];
  /** What was written to standard output so far. */
  output(): string;
  /** Sends the n-th interrupt. */
  interrupt(): void;
}

export interface FakeTerminalOptions {
  readonly env?: Environment;
  /** Given to every question; absent: nobody is there. */
  readonly answer?: string;
  /** Called with every line said. */
  readonly onSay?: (line: string) => void;
}

/** A terminal that remembers; commands run in-process against it. */
export function fakeTerminal({ env = {}, answer, onSay = () => {} }: FakeTerminalOptions = {}): FakeTerminal {
  const said: string[] = [];
  const stdout = new PassThrough({ highWaterMark: 1 << 28 });
  const listeners = new Set<(times: number) => void>();
  let interrupts = 0;
  return {
    env,
    folder: tmpdir(),
    stdout,
    said,
    say(line) {
      said.push(line);
      onSay(line);
    },
    update() {},
    columns: answer === undefined ? undefined : 120,
    interactive: answer !== undefined,
    async ask(question) {
      said.push(question);
      return answer ?? '';
    },
    onInterrupt(fn) {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
    output: () => String(stdout.read() ?? ''),
    interrupt() {
      interrupts++;
      for (const fn of listeners) fn(interrupts);
    },
  };
}
