import type { Json } from '../../arrow/jsonRows.ts';

type JsonObject = { readonly [name: string]: Json };

/**
 * Whether what an output tells is this value. In CSV, what is neither text nor a struct is told as its JSON, and nothing
 * tells a struct from its fields.
 */
export function alike(value: Json, told: Json | undefined): boolean {
  if (isObject(told)) {
    const fields = isObject(value) ? value : {};
    return Object.entries(told).every(([name, field]) => alike(fields[name] ?? null, field));
  }
  if (value === null || told === null || told === undefined) return value === (told ?? null);
  if (typeof told === 'string' && typeof value !== 'string') return JSON.stringify(value) === told;
  return JSON.stringify(value) === JSON.stringify(told);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
