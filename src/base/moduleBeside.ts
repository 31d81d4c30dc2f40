import { extname } from 'node:path';

/**
 * Address of the module `name` in the folder of `importer` (its `import.meta.url`), for starting a thread. Node runs the
 * sources as `.ts`, a package holds them as `.js`: both are told by the importer's own ending.
 */
export function moduleBeside(importer: string, name: string): URL {
  return new URL(`./${name}${extname(importer)}`, importer);
}
