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

/** Splits `topic,mine.prompty` into names, loading the files among them; paths are relative to `folder`. */
export function namedClassifiers(list: string, catalogue: Catalogue, folder: string): readonly string[] {
  return classifierList(list).map((name) => {
    if (isPromptFile(name)) return catalogue.addFile(resolve(folder, name)).name;
    return catalogue.get(name).name;
  });
}

export function classifierList(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function isPromptFile(name: string): boolean {
  return name.endsWith('.prompty');
}
