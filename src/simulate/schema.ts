/** The part of JSON Schema that replies are made from. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly title?: string;
  readonly description?: string;
}

/** The first type that is not null; "object" where only properties are given. */
export function typeOf(schema: JsonSchema): string {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const type = types.find((name) => name !== 'null');
  if (type !== undefined) return type;
  return schema.properties === undefined ? 'string' : 'object';
}

/** The first alternative that is not null; the schema itself where there is no choice. */
export function settle(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
}

/** The values a schema allows by name; undefined when it does not list them. */
export function valuesOf(schema: JsonSchema): readonly unknown[] | undefined {
  return 'const' in schema ? [schema.const] : schema.enum;
}

/** OpenAI's limit of objects and lists within each other. */
const maxNesting = 10;

function nesting(schema: JsonSchema): number {
  const { items, anyOf = [], properties = {} } = schema;
  const inner = [...Object.values(properties), ...anyOf, ...(items === undefined ? [] : [items])];
  const own = inner.length > 0 && anyOf.length === 0 ? 1 : 0;
  return own + Math.max(0, ...inner.map(nesting));
}

/** What OpenAI's strict mode would refuse in a schema, looked at superficially; null when nothing. */
export function strictFault(schema: JsonSchema, path: readonly string[] = []): string | null {
  const where = `In context=(${path.map((part) => `'${part}'`).join(', ')})`;
  if (path.length === 0 && typeOf(schema) !== 'object') return `${where}, the root must be an object.`;
  if (path.length === 0 && nesting(schema) > maxNesting) {
    return `${nesting(schema)} levels of nesting exceeds limit of ${maxNesting}.`;
  }
  for (const [index, option] of (schema.anyOf ?? []).entries()) {
    const fault = strictFault(option, [...path, 'anyOf', String(index)]);
    if (fault !== null) return fault;
  }
  if (schema.items !== undefined) return strictFault(schema.items, [...path, 'items']);
  if (schema.properties === undefined) return null;
  if (schema.additionalProperties !== false) {
    return `${where}, 'additionalProperties' is required to be supplied and to be false.`;
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!schema.required?.includes(name)) return `${where}, 'required' must list '${name}'.`;
    const fault = strictFault(property, [...path, 'properties', name]);
    if (fault !== null) return fault;
  }
  return null;
}
