/** What the first Prompty format read in a body besides text, and why it is refused. */
const unsupported: readonly (readonly [pattern: RegExp, message: string])[] = [
  [
    /!\[thread\]/,
    'a thread cannot stand here: print {{ conversation }} in a user message instead of "![thread]"',
  ],
  [/!\[[^\]]*\]\([^)]*\)/, 'the older format sends an image here, semtel sends text only; remove it'],
  [/^[ \t]*(?:#[ \t]*)?(?:function|tool)[ \t]*:[ \t]*$/, 'a classifier calls no tools; remove this message'],
];

/** What in the body of an older file would mean something else today; lines count from 0, columns from 1. */
export function refusedInBody(
  body: string,
): readonly { readonly line: number; readonly column: number; readonly message: string }[] {
  return body.split('\n').flatMap((text, line) =>
    unsupported.flatMap(([pattern, message]) => {
      const match = pattern.exec(text);
      return match === null ? [] : [{ line, column: match.index + 1, message }];
    }),
  );
}
