import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeBatch } from '../../src/arrow/decode.ts';
import { loadSchema } from '../../src/arrow/stream.ts';
import { SemtelError } from '../../src/base/error.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { normalise } from '../../src/text/normalise.ts';
import { conversationsOf, decoded, fixture, noNames } from './arrowInput.ts';

const fixtures = [
  'batches',
  'conversations',
  'conversations_lz4',
  'conversations_zstd',
  'dictionary',
  'kinds',
  'kinds_zstd',
  'large_list',
  'large_utf8',
  'list_reordered',
  'parts',
  'polars',
  'polars_categorical',
  'polars_views',
  'polars_zstd',
  'utf8',
  'utf8_view',
];
const mutationsEach = 800;
const limitMs = 200;
const extremes = [0, 1, -1, 127, 128, 255, 0x7fffffff, -0x80000000, 0x10000, 8];

/** One to four random changes: a bit, a byte, an extreme 32-bit number, bytes moved within the stream. */
function mutate(whole: Uint8Array, random: Random): Uint8Array {
  const bytes = whole.slice();
  const view = new DataView(bytes.buffer);
  const place = (room: number) => Math.floor(random() * (bytes.length - room));
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const kind = Math.floor(random() * 4);
    if (kind === 0) bytes[place(1)]! ^= 1 << Math.floor(random() * 8);
    if (kind === 1) bytes[place(1)] = Math.floor(random() * 256);
    if (kind === 2) view.setInt32(place(4), extremes[Math.floor(random() * extremes.length)]!, true);
    if (kind === 3) bytes.copyWithin(place(16), place(16), place(16));
  }
  return bytes;
}

suite('decode: mutated streams', () => {
  for (const name of fixtures)
    test(`${name}: an error or a whole batch, and soon`, () => {
      const whole = fixture(name);
      const rows = decoded(whole).length;
      const passthrough = loadSchema(whole)
        .fields.map((field) => field.name)
        .filter((column) => column !== 'conversation' && column !== 'messages');
      const random = seededRandom(7);
      let refused = 0;
      for (let round = 0; round < mutationsEach; round++) {
        const bytes = mutate(whole, random);
        const start = process.threadCpuUsage();
        try {
          const batch = decodeBatch(bytes, { ...noNames, passthrough }, { rowCount: rows, maxRows: rows });
          const conversations = conversationsOf(batch);
          assert.equal(conversations.length, rows);
          for (const conversation of conversations) normalise(conversation);
        } catch (error) {
          assert.ok(
            error instanceof SemtelError,
            `round ${round}: ${error instanceof Error ? error.stack : error}`,
          );
          refused++;
        }
        const { user } = process.threadCpuUsage(start);
        assert.ok(user < limitMs * 1000, `round ${round} took ${user} µs`);
      }
      assert.ok(refused > mutationsEach / 10);
    });
});
