import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { checkOutput } from '../../src/cli/run/overwriting.ts';

const root = mkdtempSync(join(tmpdir(), 'semtel-overwriting-'));
after(() => rmSync(root, { recursive: true }));
const at = (...names: readonly string[]) => join(root, ...names);
mkdirSync(at('data', 'sub'), { recursive: true });
writeFileSync(at('data', 'chats.jsonl'), '');
writeFileSync(at('data', 'labels.csv.part'), '');
symlinkSync(at('data'), at('linked'));
symlinkSync(at('data', 'chats.jsonl'), at('chats'));

describe('an output', () => {
  const harmless: readonly (readonly [output: string, input: string])[] = [
    ['data/labels.jsonl', 'data/chats.jsonl'],
    ['data2.csv', 'data'],
    ['-', 'data/chats.jsonl'],
  ];
  for (const [output, input] of harmless) {
    it(`${output} beside ${input} is harmless`, () => {
      checkOutput(output === '-' ? '-' : at(output), [at(input)], [at(input)]);
    });
  }

  const overwriting: readonly (readonly [output: string, file: string])[] = [
    ['data/chats.jsonl', 'data/chats.jsonl'],
    ['data/sub/../chats.jsonl', 'linked/chats.jsonl'],
    ['linked/chats.jsonl', 'data/chats.jsonl'],
    ['data/chats.jsonl', 'chats'],
    ['chats', 'chats'],
    ['data/labels.csv', 'data/labels.csv.part'],
    ['data/chats', 'data/chats.semtel.json'],
  ];
  for (const [output, file] of overwriting) {
    it(`${output} is refused where ${file} is read`, () => {
      assert.throws(() => checkOutput(at(output), ['*'], [at(file)]), /is read, and would be written over/);
    });
  }

  for (const output of ['data/labels.csv', 'linked/sub/labels.csv', 'data/new/labels.csv']) {
    it(`${output} is refused where data is read, of which the next run would read it`, () => {
      for (const folder of ['data', 'linked'])
        assert.throws(() => checkOutput(at(output), [at(folder)], []), /lies in the folder/);
    });
  }
});
