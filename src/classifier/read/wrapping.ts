/** A repair of the text: gives what is left, or the same text where it does not apply. */
export interface TextRepair {
  readonly name: string;
  repair(text: string): string;
}

/** What can stand around a JSON reply, from the outside in. */
export const wrappings: readonly TextRepair[] = [
  {
    name: 'byte_order_mark',
    repair: (text) => text.replace(/^[\uFEFF\u200B]+/, ''),
  },
  {
    // Up to the last closing mark: some servers cut the opening one off.
    name: 'think_block',
    repair(text) {
      const marks = [...text.matchAll(/<\/(?:think|thinking|reasoning)>/gi)];
      const last = marks.at(-1);
      return last === undefined ? text : text.slice(last.index + last[0].length);
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
