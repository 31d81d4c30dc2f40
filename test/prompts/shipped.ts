import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalogue } from '../../src/classifier/catalogue.ts';

const root = join(import.meta.dirname, '..', '..');

/** The classifiers that come with semtel, by name. */
export const shipped = loadCatalogue([join(root, 'prompts')], { env: {} }).list();

/** The text of a file of the repository. */
export const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
