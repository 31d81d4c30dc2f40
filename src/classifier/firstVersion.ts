function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that only the first Prompty format has, as paths; empty for a Prompty 2 file. */
export function firstVersionKeys(data: unknown): readonly (readonly string[])[] {
  if (!isMapping(data)) return [];
  const found: string[][] = ['sample', 'authors', 'tags', 'version']
    .filter((key) => key in data)
    .map((key) => [key]);
  const { model, template, inputs } = data;
  if (isMapping(model)) {
    for (const key of ['api', 'configuration', 'parameters', 'response'])
      if (key in model) found.push(['model', key]);
  }
  if (isMapping(template) && 'type' in template) found.push(['template', 'type']);
  if (isMapping(inputs)) {
    for (const [name, input] of Object.entries(inputs)) {
      if (isMapping(input) && 'type' in input) found.push(['inputs', name, 'type']);
    }
  }
  return found;
}
