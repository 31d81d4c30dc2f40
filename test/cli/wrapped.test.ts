import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wrapped } from '../../src/cli/why/wrapped.ts';

test('long lines are broken at blanks and commas, and indented', () => {
  assert.equal(wrapped('one two three four five', 22, 2), '  one two three four\n  five');
  assert.equal(wrapped('{"a":["bcdefgh","ijklmnop"]}', 22, 2), '  {"a":["bcdefgh",\n  "ijklmnop"]}');
  assert.equal(wrapped('a\n\nb', 80, 1), ' a\n\n b');
});

test('property: no line is too wide, nothing but blanks and line ends is changed, no terminal obeys it', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '🎈', ' ', ',', '\n', '\u001b', '\u0007', '\\') });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 24, max: 60 }),
      fc.integer({ min: 0, max: 4 }),
      (value, width, indent) => {
        const lines = wrapped(value, width, indent).split('\n');
        for (const line of lines) assert(Array.from(line).length <= width);
        const bare = (words: string) => words.replace(/[ \n]/g, '');
        const shown = value.replaceAll('\u001b', '\\u001b').replaceAll('\u0007', '\\u0007');
        assert.equal(bare(lines.join('')), bare(shown));
      },
    ),
    { numRuns: 1000 },
  );
});
