import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';
import type { Environment } from '../compose/config/references.ts';

/** The outside world of a command, as far as words and signals go. */
export interface Terminal {
  readonly env: Environment;
  readonly folder: string;
  /** Data. */
  readonly stdout: Writable;
  /** Words and progress: standard error. */
  say(line: string): void;
  /** Replaces the last line written by `update`; the empty string removes it. */
  update(line: string): void;
  /** Width of standard error where it is a terminal, else undefined. */
  readonly columns: number | undefined;
  /** Somebody is there to answer. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  /** Calls `fn` at each SIGINT or SIGTERM with how many have come; the returned function stops listening. */
  onInterrupt(fn: (times: number) => void): () => void;
}

/** Back to the first column, and everything right of it erased (ECMA-48 EL). */
const eraseLine = '\r\u001b[K';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stderr, stdin, stdout } = process;
  const isTerminal = stderr.isTTY === true;
  let updating = false;
  const say = (line: string) => {
    stderr.write(`${updating ? eraseLine : ''}${line}\n`);
    updating = false;
  };
  return {
    env: process.env,
    folder: process.cwd(),
    stdout,
    say,
    update(line) {
      if (!isTerminal) return;
      stderr.write(`${eraseLine}${line}`);
      updating = line !== '';
    },
    get columns() {
      return isTerminal ? stderr.columns : undefined;
    },
    interactive: isTerminal && stdin.isTTY === true,
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      // Ctrl-C at the question is an interrupt like any other, and the end of input a no.
      const ended = new Promise<string>((resolve) => {
        lines.once('SIGINT', () => {
          resolve('');
          process.emit('SIGINT');
        });
        lines.once('close', () => resolve(''));
      });
      try {
        return await Promise.race([lines.question(question), ended]);
      } finally {
        lines.close();
      }
    },
    onInterrupt(fn) {
      let times = 0;
      const listener = () => fn(++times);
      process.on('SIGINT', listener).on('SIGTERM', listener);
      return () => process.off('SIGINT', listener).off('SIGTERM', listener);
    },
  };
}
