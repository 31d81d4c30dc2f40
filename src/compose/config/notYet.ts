import type { Config } from './load.ts';

/** What the configuration asks for and this version does not do: one sentence each, for the log at start. */
export function notYetEffective(config: Config): readonly string[] {
  const warnings: string[] = [];
  const { pack } = config;
  if (pack.max_items > 1) {
    warnings.push('pack.max_items: this version asks one conversation a request.');
  }
  if (pack.combine) {
    warnings.push(
      'pack.combine: a job asks for it itself (--combine, or combine in its options); as a default it has no effect yet.',
    );
  }
  return warnings;
}
