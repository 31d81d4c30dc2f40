import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { keptStore, saveEveryAnswers } from '../../src/store/kept.ts';
import { sqliteBackend } from '../../src/store/sqlite.ts';
import { openSqliteFile } from '../../src/store/sqliteFile.ts';
import { answer, heard, inFolder, keyOf, keysOf } from './parts.ts';

const writer = fileURLToPath(new URL('./writer.child.ts', import.meta.url));
const roomy = { maxBytes: 1e9, ttlMs: 1e9 };

const entriesOf = (count: number, from = 0, bytes = 100) =>
  keysOf(count, from).map((key) => [key, 'x'.repeat(bytes)] as const);

function open(path: string) {
  const words = heard();
  const ports = {
    clock: systemClock,
    readMs: 5_000,
    writeMs: 10_000,
    log: words.log,
    metrics: words.metrics,
  };
  return { store: keptStore(sqliteBackend({ path, ...roomy }, words), ports), ...words };
}

function assertSound(path: string): void {
  const db = new DatabaseSync(path);
  assert.deepEqual(Object.values(db.prepare('PRAGMA integrity_check').get()!), ['ok']);
  db.close();
}

describe('a file of answers', () => {
  it('gives back what was written, in the order asked, after it was opened again', () =>
    inFolder(async (folder) => {
      const options = { path: join(folder, 'new', 'store.sqlite'), ...roomy };
      const file = openSqliteFile(options);
      file.write([
        [keyOf(0), 'zero'],
        [keyOf(1), 'one'],
      ]);
      file.write([[keyOf(0), 'nil']]);
      file.close();
      const again = openSqliteFile(options);
      assert.deepEqual(again.read([keyOf(5), keyOf(1), keyOf(0), keyOf(1)]), [
        undefined,
        'one',
        'nil',
        'one',
      ]);
      assert.equal(again.stats().entries, 2);
      again.close();
    }));

  it('forgets after the time to live, by the wall clock, and gives the room back', () =>
    inFolder(async (folder) => {
      let now = 1_000_000;
      const file = openSqliteFile({ path: join(folder, 's'), maxBytes: 1e9, ttlMs: 1_000 }, () => now);
      file.write(entriesOf(10));
      now += 999;
      assert.equal(file.read([keyOf(3)])[0]?.length, 100);
      now += 1;
      assert.deepEqual(file.read([keyOf(3)]), [undefined]);
      file.write(entriesOf(5, 100));
      assert.deepEqual(file.stats().entries, 5);
      // A clock that is put back loses nothing.
      now -= 500_000;
      assert.equal(file.read([keyOf(100)])[0]?.length, 100);
      file.close();
    }));

  it('stays within its bytes: the oldest go first', () =>
    inFolder(async (folder) => {
      const path = join(folder, 's');
      const maxBytes = 2 << 20;
      const file = openSqliteFile({ path, maxBytes, ttlMs: 1e9 });
      const entry = 500;
      for (let from = 0; from < 10_000; from += 500) file.write(entriesOf(500, from, entry));
      file.write(entriesOf(1, 0, entry));
      const { entries, bytes } = file.stats();
      assert(bytes <= maxBytes + 1_000 * entry, String(bytes));
      assert(entries * entry > maxBytes / 2, String(entries));
      const kept = file.read([keyOf(0), keyOf(1), keyOf(9_999)]).map((text) => text !== undefined);
      assert.deepEqual(kept, [true, false, true]);
      file.close();
      assert(statSync(path).size <= maxBytes + 1_000 * entry);
      assertSound(path);
    }));

  it('stays within its bytes also where new answers are far larger than the old ones', () =>
    inFolder(async (folder) => {
      const path = join(folder, 's');
      const maxBytes = 2 << 20;
      const file = openSqliteFile({ path, maxBytes, ttlMs: 1e9 });
      for (let from = 0; from < 8_000; from += 500) file.write(entriesOf(500, from));
      const large = 20_000;
      for (let from = 0; from < 400; from += 20) {
        file.write(entriesOf(20, 1_000_000 + from, large));
        const log = statSync(`${path}-wal`).size;
        assert(file.stats().bytes <= maxBytes + 20 * large + (1 << 16), String(file.stats().bytes));
        assert(log <= 1 << 24, String(log));
      }
      assert.equal(file.read([keyOf(1_000_399)])[0]?.length, large);
      file.close();
    }));

  it('shrinks on disk when it is pruned', () =>
    inFolder(async (folder) => {
      let now = 0;
      const path = join(folder, 's');
      const file = openSqliteFile({ path, ...roomy }, () => now);
      file.write(entriesOf(20_000));
      now = 60_000;
      file.write(entriesOf(10, 50_000));
      const before = file.stats();
      assert.deepEqual([before.oldestMs, before.newestMs], [0, 60_000]);
      assert.equal(file.prune(59_999), 20_000);
      assert.equal(file.stats().entries, 10);
      assert(statSync(path).size < before.bytes / 20);
      file.close();
    }));

  it("is not another program's database", () =>
    inFolder(async (folder) => {
      const path = join(folder, 'mine.sqlite');
      const other = new DatabaseSync(path);
      other.exec('CREATE TABLE precious (a)');
      other.close();
      const before = readFileSync(path);
      assert.throws(() => openSqliteFile({ path, ...roomy }), /another program's/);
      assert.deepEqual(readFileSync(path), before);
      assert.deepEqual(readdirSync(folder), ['mine.sqlite']);
    }));
});

/** Large enough for two batches: a third lets the oldest go, and gives their pages back. */
const tightBytes = 400_000;

/** What the writing child tells. */
interface Told {
  readonly put: number;
  readonly saved: number;
  readonly writing: boolean;
}

/** Put by the writing child at a time: a batch in far less than the second after which a part of one is saved. */
const atOnce = 250;

/** When it is killed: in the middle of a write, when most is at stake, and at any time. */
const moments: readonly ((told: Told) => boolean)[] = [
  ({ saved, writing }) => writing && saved >= 2_000,
  ({ put, saved }) => saved >= 1_000 && put - saved >= saveEveryAnswers - atOnce,
  ({ put }) => put >= 2_600,
];

describe('a store on a file', () => {
  it('keeps answers over a restart', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      const first = open(path);
      for (const key of keysOf(1_200)) first.store.put(key, answer(key));
      await first.store.close();
      const second = open(path);
      assert.deepEqual(await second.store.getMany(keysOf(1_200)), keysOf(1_200).map(answer));
      await second.store.close();
      assert.deepEqual([...first.warnings, ...second.warnings], []);
    }));

  it('loses at most an interval when its process is killed in the middle of writing', (t) =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      for (const [round, mayKill] of moments.entries()) {
        const from = round * 1_000_000;
        const args = [writer, path, String(from), '1000000', String(atOnce)];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        const told: Told[] = [];
        for await (const line of createInterface({ input: child.stdout })) {
          const [put, saved, state] = line.split(' ');
          told.push({ put: Number(put), saved: Number(saved), writing: state === 'writing' });
          if (mayKill(told.at(-1)!)) child.kill('SIGKILL');
        }
        const signal = child.signalCode ?? ((await once(child, 'close')) as [null, string])[1];
        assert.equal(signal, 'SIGKILL');
        assertSound(path);
        const { put, saved } = told.at(-1)!;
        const file = openSqliteFile({ path, ...roomy });
        const kept = file.read(keysOf(put, from)).filter((text) => text !== undefined).length;
        file.close();
        t.diagnostic(`killed after ${put} answers: ${put - kept} are lost`);
        assert(kept >= saved, `${saved} were saved and ${kept} are there`);
        // What was put while a batch was being written comes on top of a batch.
        assert(put - kept <= 2 * saveEveryAnswers, `${put} were put and ${kept} are there`);
      }
    }));

  it('is whole, and holds the newest, after being killed while it lets the oldest go', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      for (const round of [0, 1, 2]) {
        const from = round * 1_000_000;
        const args = [writer, path, String(from), '1000000', '500', String(tightBytes)];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        let saved = 0;
        for await (const line of createInterface({ input: child.stdout })) {
          const [, told, state] = line.split(' ');
          saved = Number(told);
          if (saved >= 5_000 && state === 'writing') child.kill('SIGKILL');
        }
        assertSound(path);
        const file = openSqliteFile({ path, maxBytes: tightBytes, ttlMs: 1e9 });
        assert(file.stats().bytes <= 2 * tightBytes, String(file.stats().bytes));
        const newest = file.read(keysOf(500, from + saved - 500));
        assert(newest.every((text) => text !== undefined));
        file.close();
      }
    }));

  it('is shared by processes that write and read at once', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      const children = [0, 1_000_000].map((from) =>
        spawn(process.execPath, [writer, path, String(from), '20000', '250'], {
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      );
      const { store, warnings } = open(path);
      const ended = Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as number));
      let seen = 0;
      while (seen < 20_000) {
        const over = children.every(({ exitCode }) => exitCode !== null);
        const found = await store.getMany(keysOf(500, seen));
        const all = found.every((each) => each !== undefined);
        if (over && !all) break;
        seen += all ? 500 : 0;
        store.put(keyOf(2_000_000 + seen), answer('mine'));
      }
      assert.deepEqual(await ended, [0, 0]);
      assert.equal(seen, 20_000);
      const other = await store.getMany(keysOf(20_000, 1_000_000));
      assert.deepEqual(
        other.map((each) => each?.outputs.label),
        Array.from({ length: 20_000 }, (_, n) => String(1_000_000 + n)),
      );
      await store.close();
      assert.deepEqual(warnings, []);
      assertSound(path);
    }));

  it('sets a corrupt file aside and begins a new one', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      writeFileSync(path, 'This is not a database. '.repeat(1_000));
      const { store, warnings, errors } = open(path);
      assert.deepEqual(await store.getMany(keysOf(2)), [undefined, undefined]);
      store.put(keyOf(0), answer('new'));
      await store.close();
      assert.equal(warnings.length, 1);
      assert.deepEqual(errors, { read: 1 });
      const aside = warnings[0]!.fields.file as string;
      assert(aside.startsWith(`${path}.corrupt-`));
      assert.match(readFileSync(aside, 'utf8'), /^This is not/);
      const again = open(path);
      assert.deepEqual(await again.store.getMany([keyOf(0)]), [answer('new')]);
      await again.store.close();
    }));

  it('does so also where a page in the middle is spoiled while it runs', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      const first = open(path);
      for (const key of keysOf(5_000)) first.store.put(key, answer(key));
      await first.store.close();
      const bytes = readFileSync(path);
      bytes.fill(0xff, 8_192, bytes.length - 4_096);
      writeFileSync(path, bytes);
      const { store, warnings } = open(path);
      assert.equal((await store.getMany(keysOf(5_000))).filter((each) => each !== undefined).length, 0);
      assert.match(warnings[0]!.message, /was corrupt; it is set aside/);
      store.put(keyOf(1), answer('new'));
      await store.close();
      assertSound(path);
    }));

  it('goes on in a new file when its own was removed', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'kept', 'store.sqlite');
      const first = open(path);
      await first.store.getMany([keyOf(0)]);
      rmSync(join(folder, 'kept'), { recursive: true });
      first.store.put(keyOf(0), answer('x'));
      await first.store.close();
      const second = open(path);
      assert.deepEqual(await second.store.getMany([keyOf(0)]), [answer('x')]);
      await second.store.close();
      assert.deepEqual(first.warnings, []);
    }));

  it('goes on without where the disk is full, harms no file, and saves again when there is room', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'store.sqlite');
      const write = (limit: string) =>
        // No file may grow beyond so many blocks of 512 bytes: writing fails as on a full disk.
        spawn('sh', [
          '-c',
          `trap '' XFSZ; ${limit} exec "$0" "$@"`,
          ...[process.execPath, writer, path, '0', '5000', '250'],
        ]);
      const ended = async (child: ReturnType<typeof write>) => {
        child.stdout.resume();
        return (await once(child, 'close'))[0] as number;
      };
      assert.equal(await ended(write('ulimit -f 400;')), 0);
      assertSound(path);
      const { store, warnings } = open(path);
      const kept = (await store.getMany(keysOf(5_000))).filter((each) => each !== undefined).length;
      assert(kept < 5_000, 'the disk was never full');
      assert.equal(await ended(write('')), 0);
      assert((await store.getMany(keysOf(5_000))).every((each) => each !== undefined));
      await store.close();
      assert.deepEqual(warnings, []);
    }));

  it('works without where it cannot be written', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'a-folder'));
      writeFileSync(join(folder, 'a-file'), '');
      for (const path of [join(folder, 'a-folder'), join(folder, 'a-file', 'store.sqlite')]) {
        const { store, warnings, errors } = open(path);
        store.put(keyOf(0), answer('x'));
        assert.deepEqual(await store.getMany(keysOf(2)), [answer('x'), undefined]);
        await store.close();
        assert.deepEqual(
          warnings.map(({ message }) => message.split(/[;:]/)[0]),
          [
            'Kept answers cannot be looked up',
            'Answers cannot be kept for now',
            'Answers were given and not kept',
          ],
        );
        assert.deepEqual(errors, { read: 1, write: 1 });
      }
    }));
});
