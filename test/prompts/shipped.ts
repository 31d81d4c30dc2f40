import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalogue } from '../../src/classifier/catalogue.ts';
import type { Classifier } from '../../src/classifier/classifier.ts';
import { readGold } from '../../src/evaluate/gold.ts';

const root = join(import.meta.dirname, '..', '..');

/** The classifiers that come with semtel, by name. */
export const shipped = loadCatalogue([join(root, 'prompts')], { env: {} }).list();

/** The text of a file of the repository. */
export const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The gold file of a shipped classifier. */
export const goldOf = (classifier: Classifier) =>
  readGold(join(root, 'prompts', 'gold', `${classifier.name}.jsonl`), classifier);
