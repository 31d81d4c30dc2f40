import type { LabelDefinition } from '../base/answer.ts';
import { nearest } from '../base/nearest.ts';
import type { Check } from './check.ts';
import type { DeclaredOutput } from './outputs.ts';
import type { LabelFile, PromptFile } from './promptFile.ts';

const undefinedLabel: LabelFile = { definition: '', examples: [], counterexamples: [], aliases: [] };

/** The label set of an output: its own choices, or those of its items. */
export function choicesOf(output: DeclaredOutput): readonly (string | number)[] {
  return output.choices ?? output.items?.choices ?? [];
}

function checkAliases(labels: readonly LabelDefinition[], path: readonly string[], check: Check): void {
  const owner = new Map(labels.map(({ name }) => [name.toLowerCase(), name]));
  for (const { name, aliases } of labels) {
    for (const alias of aliases) {
      const other = owner.get(alias.toLowerCase());
      if (other !== undefined && other !== name) {
        check.fail([...path, name, 'aliases'], `the alias "${alias}" of "${name}" already means "${other}"`);
      }
      owner.set(alias.toLowerCase(), name);
    }
  }
}

/** Joins each output's label set with its definitions; the two must name the same labels. In `enumValues` order. */
export function readLabels(
  files: PromptFile['metadata']['semtel']['labels'],
  outputs: readonly DeclaredOutput[],
  check: Check,
): Readonly<Record<string, readonly LabelDefinition[]>> {
  const root = ['metadata', 'semtel', 'labels'];
  const names = outputs.map(({ name }) => name);
  for (const name of Object.keys(files)) {
    if (!names.includes(name)) {
      check.fail(
        [...root, name],
        `labels of "${name}": there is no such output; did you mean "${nearest(name, names)}"?`,
      );
    }
  }
  return Object.fromEntries(
    outputs.map((output) => {
      const set = choicesOf(output).map(String);
      const file = Object.hasOwn(files, output.name) ? files[output.name] : undefined;
      const path = [...root, output.name];
      if (file !== undefined) {
        if (set.length === 0)
          check.fail(path, `output "${output.name}" has labels but no enumValues; list them there`);
        const stray = Object.keys(file).find((label) => !set.includes(label));
        if (stray !== undefined) {
          const guess = nearest(stray, set);
          check.fail(
            [...path, stray],
            `label "${stray}" is not among the enumValues of "${output.name}"; did you mean "${guess}"?`,
          );
        }
        const missing = set.find((label) => !Object.hasOwn(file, label));
        if (missing !== undefined)
          check.fail(path, `label "${missing}" of output "${output.name}" is not defined here`);
      }
      const labels = set.map((name) => ({ name, ...(file?.[name] ?? undefinedLabel) }));
      checkAliases(labels, path, check);
      return [output.name, labels];
    }),
  );
}
