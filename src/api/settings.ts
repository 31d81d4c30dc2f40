import { SemtelError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { unknownKey } from '../base/nearest.ts';
import type { Catalogue } from '../classifier/catalogue.ts';
import { configuredCatalogue } from '../compose/catalogue.ts';
import { type Config, loadConfig, objectConfig } from '../compose/config/load.ts';
import { notYetEffective } from '../compose/config/notYet.ts';
import { createLog } from '../observe/log.ts';
import type { ProgramOptions } from './options.ts';

interface ProgramSettings {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly log: Log;
  readonly folder: string;
}

/** Reads and checks the settings, and loads the classifiers. Throws `config` and `prompt` errors that list every mistake. */
export function programSettings(options: ProgramOptions): ProgramSettings {
  const { config: given, folder = process.cwd() } = options;
  const { env } = process;
  const config =
    typeof given === 'object' ? objectConfig(given, folder, env) : loadConfig(given, folder, env);
  const log = options.log ?? createLog(config.log);
  for (const sentence of notYetEffective(config)) log.warn(sentence);
  return { config, catalogue: configuredCatalogue(config, env, log), log, folder };
}

/** Throws `bad_option` for a key that is not among `known`, where no compiler has seen it. */
export function refuseUnknown(options: object, known: readonly string[]): void {
  const key = Object.keys(options).find((each) => !known.includes(each));
  if (key !== undefined) throw new SemtelError('bad_option', unknownKey(key, 'options', known));
}
