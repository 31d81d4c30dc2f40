import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSqliteFile } from '../../src/store/sqliteFile.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'semtel-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs the real command in an empty folder, without a model configured. */
function semtel(line: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...line.split(' ').filter(Boolean)], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  it('tells its version and its help on standard output', () => {
    assert.match(semtel('--version').stdout, /^\d+\.\d+\.\d+\n$/);
    const help = semtel('run --help');
    assert.equal(help.status, 0);
    assert.match(help.stdout, /^usage: semtel run [\s\S]*--allow-failed[\s\S]*\nexample: semtel run .*\n$/);
  });

  it('lists the shipped classifiers without any configuration', () => {
    const { status, stdout } = semtel('classifiers');
    assert.equal(status, 0);
    for (const name of ['topic', 'expertise', 'satisfaction'])
      assert.match(stdout, new RegExp(`^${name} `, 'm'));
  });

  writeFileSync(join(folder, 'chats.jsonl'), '{"conversation":"Hello"}\n{"conversation":\n');
  writeFileSync(join(folder, 'bad.prompty'), 'no front matter');
  writeFileSync(
    join(folder, 'bare.prompty'),
    '---\ninputs: { tone: brief }\noutputs: { label: { kind: string, enumValues: [a, b] } }\n---\nuser:\n{{ conversation }}\n',
  );
  writeFileSync(join(folder, 'bad.yaml'), 'modles: {}\n');
  copyFileSync(
    fileURLToPath(new URL('../files/fixtures/pyarrow-snappy.parquet', import.meta.url)),
    join(folder, 'one.parquet'),
  );
  writeFileSync(join(folder, 'open.yaml'), 'listen: "open');
  writeFileSync(join(folder, 'one.jsonl'), '{"conversation":"Hello"}\n');
  writeFileSync(join(folder, 'topic.jsonl'), '{"topic":"a","note":"Hello"}\n');
  writeFileSync(join(folder, 'lone.jsonl'), '{"id":"a","n":1,"note":"Hello"}\n');
  for (const [name, store] of [
    ['off', 'off'],
    ['redis', '{ url: "redis://h" }'],
    ['text', '{ path: bad.prompty }'],
  ])
    writeFileSync(
      join(folder, `${name}.yaml`),
      `models: { default: { endpoints: [{ base_url: "http://h" }] } }\nstore: ${store}\n`,
    );
  const mistakes: readonly [line: string, code: number, words: RegExp][] = [
    ['', 2, /^$/],
    ['rnu', 2, /unknown command "rnu"; did you mean "run"\?/],
    ['sweep', 2, /is not in this version/],
    ['run chats.jsonl -c topic -o out.jsonl --ouput x', 2, /unknown option --ouput; did you mean --output\?/],
    ['run chats.jsonl -c topic -o out.jsonl', 2, /chats\.jsonl:2: this is not one whole JSON object/],
    ['run chats.csv -c topic -o out.jsonl', 2, /chats\.csv: there is no such file/],
    ['run one.jsonl -c topic,topic -o out.jsonl --config off.yaml', 2, /options: "topic" is asked for twice/],
    [
      'run topic.jsonl --conversation note --id topic -c topic -o out.csv --config off.yaml',
      2,
      /the column "topic" has the name of a classifier/,
    ],
    [
      'run one.jsonl -c tpoic -o out.csv --config off.yaml',
      2,
      /"tpoic"; did you mean "topic"\? There are assistant_expertise, /,
    ],
    ['simulate --port 70000', 2, /--port must be a whole number from 0 to 65535, not "70000"/],
    ['run one.jsonl -c topic -o ./one.jsonl', 2, /one\.jsonl is read, and would be written over by -o/],
    [
      'run lone.jsonl -c topic -o out.jsonl --conversation n',
      2,
      /lone\.jsonl:1: "n" must be null or a conv.*: "note"; name one with --conversation/,
    ],
    [
      'run one.parquet -c topic -o out.jsonl --conversation extra',
      2,
      /"extra" is Int16; conversations are text or.*: "messages"; name one with --conversation/,
    ],
    ['run one.jsonl -c topic -o out.jsonl --max-cost -1', 2, /--max-cost needs a value; .*--max-cost=-x/],
    [
      'run one.jsonl -c no.prompty -o out.jsonl --config off.yaml',
      2,
      /no\.prompty: there is no such file\.\n$/,
    ],
    ['check --config open.yaml', 2, /open\.yaml:1:14: Missing closing "quote\./],
    ['check --config bad.yaml', 2, /bad\.yaml:1: Unknown key "modles"; did you mean "models"\?/],
    ['check', 2, /set OPENAI_API_KEY .* or write a semtel\.yaml/],
    ['check no.prompty', 2, /no\.prompty: there is no such file/],
    ['check bad.prompty', 2, /1 file, 1 finding/],
    ['check bare.prompty', 3, /1 file, 2 findings/],
    ['simulate --control {', 2, /--control must be JSON/],
    ['why', 2, /name one output of "semtel run"/],
    ['why out.jsonl --id x', 2, /out\.jsonl\.semtel\.json cannot be read/],
    ['store', 2, /say "semtel store stats" or "semtel store prune"/],
    ['store prune --older-than soon', 2, /must be an age such as 7d, 12h, 30m or 10s, not "soon"/],
    ['store stats --config off.yaml', 2, /store is "off" in the settings/],
    ['store stats --config redis.yaml', 2, /a Redis server, which has its own tools/],
    ['store stats --config text.yaml', 2, /bad\.prompty: file is not a database/],
  ];
  for (const [line, code, words] of mistakes) {
    it(`ends with ${code} and says why: semtel ${line}`, () => {
      const { status, stderr } = semtel(line);
      assert.equal(status, code);
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  it('looks into kept answers without any configuration, and removes old ones', () => {
    assert.match(semtel('store stats').stdout, /^Nothing is kept yet: there is no .*store\.sqlite\.\n$/);
    const path = join(folder, '.semtel', 'store.sqlite');
    const file = openSqliteFile({ path, maxBytes: 1e9, ttlMs: 1e12 }, () => Date.now() - 3 * 86_400_000);
    file.write([['00'.repeat(16), '{}']]);
    file.close();
    assert.match(
      semtel('store stats').stdout,
      /^file +.*\nanswers +1\nsize +\d.* kB of at most 4\.3 GB\noldest .* UTC, 3 days ago\nnewest [\s\S]*\neach kept for +30 days\n$/,
    );
    assert.match(semtel('store prune').stdout, /^Removed 0 answers; left: 1 answer in \d/);
    assert.match(semtel('store prune --older-than 2d').stdout, /^Removed 1 answer; left: 0 answers in \d/);
  });

  it('ends with 1 within seconds where no server answers', () => {
    const { status, stderr } = semtel('run one.jsonl -c topic -o out.jsonl --server 127.0.0.1:1');
    assert.equal(status, 1);
    assert.match(stderr, /No semtel server answers at 127\.0\.0\.1:1/);
  });
});
