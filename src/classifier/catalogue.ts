import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SemtelError } from '../base/error.ts';
import { nearest } from '../base/nearest.ts';
import type { Classifier } from './classifier.ts';
import { loadClassifier } from './load.ts';
import type { LoadOptions } from './prompt.ts';

/** The classifiers that can be asked for. */
export interface Catalogue {
  /** By name. */
  list(): readonly Classifier[];
  /** @throws SemtelError `unknown_classifier` that names the nearest known one */
  get(name: string): Classifier;
  /** Adds or replaces one from a file, for `-c FILE.prompty`. */
  addFile(path: string): Classifier;
}

function promptFiles(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((file) => file.endsWith('.prompty'))
      .sort()
      .map((file) => join(dir, file));
  } catch (error) {
    throw new SemtelError('prompt', `Cannot read the prompts folder ${dir}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Loads every `*.prompty` of the folders.
 *
 * @param dirs shipped prompts first, then configured folders: of two with one name, the later folder's is kept
 * @throws SemtelError of kind `prompt`; also where two files of one folder have the same name
 */
export function loadCatalogue(dirs: readonly string[], options: LoadOptions): Catalogue {
  const known = new Map<string, Classifier>();
  for (const dir of dirs) {
    const here = new Map<string, string>();
    for (const file of promptFiles(dir)) {
      const classifier = loadClassifier(file, options);
      const other = here.get(classifier.name);
      if (other !== undefined) {
        throw new SemtelError(
          'prompt',
          `${file}: the classifier "${classifier.name}" is also defined by ${other}; rename one`,
        );
      }
      here.set(classifier.name, file);
      known.set(classifier.name, classifier);
    }
  }
  return {
    list: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    get(name) {
      const classifier = known.get(name);
      if (classifier !== undefined) return classifier;
      const names = [...known.keys()].sort();
      const guess = nearest(name, names);
      const hint =
        guess === undefined
          ? 'no classifier is loaded'
          : `did you mean "${guess}"? There are ${names.join(', ')}.`;
      throw new SemtelError('unknown_classifier', `Unknown classifier "${name}"; ${hint}`);
    },
    addFile(path) {
      const classifier = loadClassifier(path, options);
      known.set(classifier.name, classifier);
      return classifier;
    },
  };
}
