import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '../base/log.ts';
import { type Catalogue, loadCatalogue } from '../classifier/catalogue.ts';
import type { Config } from './config/load.ts';
import type { Environment } from './config/references.ts';

const shippedPrompts = fileURLToPath(new URL('../../prompts', import.meta.url));

/** The shipped classifiers and those of the configured folders; the default folder need not exist. */
export function configuredCatalogue(
  config: Pick<Config, 'prompts' | 'folder' | 'written'>,
  env: Environment,
  log: Log,
): Catalogue {
  const folders = config.prompts
    .map((folder) => resolve(config.folder, folder))
    .filter((folder) => config.written.has('prompts') || existsSync(folder))
    .filter((folder) => folder !== shippedPrompts);
  return loadCatalogue([shippedPrompts, ...folders], { env, log });
}

/** The classifiers' names, with the files among them (`mine.prompty`) loaded; paths are relative to `folder`. */
export function namedClassifiers(
  names: readonly string[],
  catalogue: Catalogue,
  folder: string,
): readonly string[] {
  return names.map((name) =>
    isPromptFile(name) ? catalogue.addFile(resolve(folder, name)).name : catalogue.get(name).name,
  );
}

/** The parts of `topic,mine.prompty`. */
export function classifierList(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function isPromptFile(name: string): boolean {
  return name.endsWith('.prompty');
}
