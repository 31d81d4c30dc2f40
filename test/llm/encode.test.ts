import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeBody } from '../../src/llm/http/encode.ts';

const someJson = fc.jsonValue({ maxDepth: 3 });

test('the bytes of a body are those of JSON.stringify, whatever is frozen', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.oneof(someJson, fc.constant(undefined))),
      fc.boolean(),
      (body, freeze) => {
        if (freeze)
          for (const value of Object.values(body).flat()) if (typeof value === 'object') Object.freeze(value);
        for (let time = 0; time < 2; time++) assert.equal(encodeBody(body).toString(), JSON.stringify(body));
      },
    ),
  );
});
