import { bracketsIn } from './brackets.ts';

/** A repair of the text: gives what is left, or the same text where it does not apply. */
export interface TextRepair {
  readonly name: string;
  repair(text: string): string;
}

const thought = 'think|thinking|reasoning';
const thoughtOpens = new RegExp(`<(?:${thought})>`, 'i');
const thoughtBegins = new RegExp(`^\\s*${thoughtOpens.source}`, 'i');
const thoughtEnds = new RegExp(`</(?:${thought})>`, 'i');

/** True for a reply that ends within what the model thinks. @param around all of it but its JSON, which may quote marks */
export function endsInThought(around: string): boolean {
  return thoughtOpens.test(around) && !thoughtEnds.test(around);
}

/** What can stand around a JSON reply, from the outside in. Each is linear in the text. */
export const wrappings: readonly TextRepair[] = [
  {
    name: 'byte_order_mark',
    repair: (text) => text.replace(/^[\uFEFF\u200B]+/, ''),
  },
  {
    // Some servers cut the opening mark off. A closing mark inside JSON is quoted: what follows is no answer. Only the
    // first mark counts, so that a mark quoted later cannot hide the answer before it.
    name: 'think_block',
    repair(text) {
      const mark = thoughtEnds.exec(text);
      if (mark === null) return text;
      const outside = thoughtBegins.test(text) || bracketsIn(text.slice(0, mark.index)).end === 'outside';
      return outside ? text.slice(mark.index + mark[0].length) : text;
    },
  },
  {
    name: 'json_string',
    repair(text) {
      if (!/^\s*"\s*\{/.test(text)) return text;
      try {
        const inner: unknown = JSON.parse(text);
        return typeof inner === 'string' ? inner : text;
      } catch {
        return text;
      }
    },
  },
  {
    name: 'fences',
    repair(text) {
      const whole = text.trim();
      const [opening, fence] = /^(```|~~~)[\w-]*/.exec(whole) ?? [];
      if (fence === undefined || !whole.endsWith(fence)) return text;
      const inner = whole.slice(opening!.length, -fence.length).trim();
      return inner === '' || inner.includes(fence) ? text : inner;
    },
  },
];
