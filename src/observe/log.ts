import { destination, pino } from 'pino';
import type { Log } from '../base/log.ts';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `json`: one object a line; `text`: a line for people. */
  readonly format: 'json' | 'text';
}

function textLine(level: string, message: string, fields: object): string {
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${[level, message, ...rest].join(' ')}\n`;
}

/** Logs to standard error: standard output belongs to data. */
export function createLog({ level, format }: LogOptions): Log {
  const logger = pino({ level, base: null }, destination({ dest: 2, sync: true }));
  const write =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: object = {}) => {
      if (format === 'json') logger[name](fields, message);
      else if (logger.isLevelEnabled(name)) process.stderr.write(textLine(name, message, fields));
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
