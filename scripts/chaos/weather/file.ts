import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { play, type Scene } from './scene.ts';

/** Until what was put is saved. */
const savedMs = 1_500;

const fileOf = ({ folder }: Scene) => join(folder, '.semtel', 'store.sqlite');

/** Does something to the store's file between two halves of the work, and lets it be for a while. */
const afterHalf = (harm: (scene: Scene) => void, judge: (scene: Scene, errors: number) => void) => () =>
  play({}, async (scene) => {
    await scene.label(0, 2_000);
    await sleep(savedMs);
    harm(scene);
    const rest = await scene.label(1_000, 4_000);
    await sleep(savedMs);
    const again = await scene.label(2_000, 4_000);
    const errors = await scene.storeErrors();
    judge(scene, errors);
    return `4,000 rows right; ${rest.calls} calls for 2,000 new and 1,000 known rows; then ${again.calls} of 2,000; ${errors} errors counted`;
  });

/** Its pages are overwritten. */
export const fileCorrupted = afterHalf(
  (scene) => {
    const path = fileOf(scene);
    const db = new DatabaseSync(path);
    // Else the answers are read from the log beside the file, which is sound.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(statSync(path).size, 0xff), 0);
    closeSync(file);
  },
  (scene, errors) => assert.deepEqual([scene.said('was corrupt'), errors], [1, 1]),
);

/** It is removed with what belongs to it. */
export const fileRemoved = afterHalf(
  (scene) => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(fileOf(scene) + suffix, { force: true });
  },
  (_, errors) => assert.equal(errors, 0),
);

/** Another process holds the writer's lock for longer than anybody waits. */
export const fileLocked = () =>
  play({}, async (scene) => {
    await scene.label(0, 1_000);
    await sleep(savedMs);
    const other = new DatabaseSync(fileOf(scene));
    other.exec('BEGIN IMMEDIATE');
    const held = await scene.label(500, 3_000);
    assert.equal(held.stored, 500);
    await sleep(4_000);
    const errors = await scene.storeErrors();
    other.exec('ROLLBACK');
    other.close();
    assert(errors > 0);
    assert.equal(scene.said('Answers cannot be kept'), 1);
    await sleep(4_000);
    return `3,000 rows right, ${held.stored} of 500 kept ones found while it was locked; ${errors} errors counted, warned once`;
  });
