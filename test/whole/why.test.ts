import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import { command as run } from '../../src/cli/run.ts';
import { command as store } from '../../src/cli/store.ts';
import { command as why } from '../../src/cli/why.ts';
import type { ControlChange } from '../../src/simulate/control.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import type { LabelRecord } from '../../src/store/record.ts';
import { fakeTerminal } from './fakeTerminal.ts';
import { batchOf, withStack } from './stack.ts';

/** Stands in every conversation: where it is found on the disk, text was kept. */
const canary = 'canary-of-the-conversation';
const key = 'sk-canary-of-the-key';
const header = 'canary-of-the-header';

const folder = mkdtempSync(join(tmpdir(), 'semtel-why-'));
const at = (name: string) => join(folder, name);
const ids = ['a', 'b', 'c', 'd'];
let simulator: Simulator;
let bodies: unknown[] = [];
/** What happens to the next requests; afterwards all goes well. */
let moods: NonNullable<ControlChange['faults']>[] = [];
const well = { '503': 0, empty: 0, fenced: 0, dropped_item: 0 };

async function semtel(command: Command, line: string) {
  const terminal = fakeTerminal();
  const argv = [...line.split(' '), '--config', at('semtel.yaml')];
  const code = await command.run(parseArguments(argv, command.options), terminal);
  return { code, output: terminal.output(), said: terminal.said.join('\n') };
}

const label = (name: string, options: string) =>
  semtel(run, `${at('in.jsonl')} -o ${at(name)} --allow-failed 1 ${options}`);

interface Told {
  readonly labels: readonly {
    readonly classifier: string;
    readonly answer: { readonly status: string; readonly source: string };
    readonly record: LabelRecord | null;
  }[];
}

async function recordOf(name: string, id: string, classifier: string) {
  const { output } = await semtel(why, `${at(name)} --id ${id} -c ${classifier} --json`);
  const [told] = (JSON.parse(output) as Told).labels;
  return { ...told!, record: told!.record! };
}

/** Files of the folder for kept things that hold the text. */
const holding = (text: string) =>
  readdirSync(at('.semtel')).filter((name) => readFileSync(join(at('.semtel'), name)).includes(text));

before(async () => {
  simulator = await startSimulator({
    port: 0,
    control: { answers: 'marked', latency_ms: 1 },
    onRequest: (_, body) => {
      bodies.push(JSON.parse(body));
      simulator.control({ faults: { ...well, ...moods.shift() } });
    },
  });
  writeFileSync(
    at('semtel.yaml'),
    `models:
  default:
    price: { input: 1, output: 2 }
    endpoints:
      - { name: sim, base_url: "${simulator.url}/v1", model: m, api_key: "${key}", headers: { x-mine: "${header}" } }
workers: 1
`,
  );
  writeFileSync(
    at('in.jsonl'),
    [
      ...ids.map((id) => ({ id, conversation: `${canary} ${id} [[topic=Health]] [[expertise=Novice]]` })),
      { id: 'empty', conversation: '' },
    ]
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

describe('prompts and replies', () => {
  it('are not kept unless somebody asks for it, and then semtel why says what to do', async () => {
    assert.equal((await label('off.jsonl', '-c topic')).code, 0);
    assert.deepEqual(holding(canary), []);
    const { code, output, said } = await semtel(why, `${at('off.jsonl')} --id a`);
    assert.equal(code, 3);
    assert.match(output, /^topic of a\n[\s\S]*Health/);
    assert.match(
      said,
      /^semtel: Nothing is kept of topic in .*calls\.sqlite: run again with --keep, and with --refresh/,
    );
    assert(!readdirSync(at('.semtel')).includes('calls.sqlite'), 'looking makes no file');
  });

  it('are kept to the letter: every request, every reply, the repair, the bill; no key and no header', async () => {
    bodies = [];
    moods = [{ '503': 1 }, { dropped_item: 1 }, { fenced: 1 }];
    const { code, said } = await label('kept.jsonl', '-c expertise --keep --limit 1');
    assert.equal(code, 0);
    assert.match(said, /prompts and replies are kept in plain text in .*calls\.sqlite for 7 days/);
    const { record, answer } = await recordOf('kept.jsonl', 'a', 'expertise');
    assert.deepEqual(
      record.calls.map(({ request }) => record.requests[request]),
      bodies,
    );
    assert.deepEqual(
      record.calls.map(({ outcome, endpoint, reply }) => [outcome, endpoint, reply?.text]),
      [
        ['server_error', 'sim', undefined],
        ['ok', 'sim', '{}'],
        ['ok', 'sim', '```json\n{"label":"Novice"}\n```'],
      ],
    );
    assert.equal(record.repair, 'fences');
    assert.equal(record.requests.length, 2, 'the same body is kept once');
    const [row] = readFileSync(at('kept.jsonl'), 'utf8')
      .split('\n')
      .map((line) => line && JSON.parse(line));
    assert.deepEqual(
      [record.prompt_tokens, record.completion_tokens],
      [row.expertise.prompt_tokens, row.expertise.completion_tokens],
    );
    assert.equal(record.cost, (record.prompt_tokens + 2 * record.completion_tokens) / 1e6);
    assert.equal(answer.status, 'ok');
    assert.deepEqual(holding(canary), ['calls.sqlite']);
    assert.deepEqual([...holding(key), ...holding(header)], []);
    assert.equal(statSync(at('.semtel/calls.sqlite')).mode & 0o777, 0o600);
  });

  it('are told in words, each part of a request once', async () => {
    const { code, output } = await semtel(why, `${at('kept.jsonl')} --id a`);
    assert.equal(code, 0);
    assert.match(output, /^expertise of a\n\n {2}label +Novice\n {2}status +ok\n/);
    assert.match(output, /\n {2}repair +fences\n/);
    assert.match(output, /\n {2}1 .* sim .* server_error: answered HTTP 503/);
    assert.match(output, /\nRequest of call 1, 2\n/);
    assert.match(output, /\n {2}system: as in call 1\n {2}user: as in call 1\n\n {2}assistant:\n {4}\{\}\n/);
    assert.match(output, /That reply cannot be used\./);
    assert.match(
      output,
      /\nReply to call 3 \(.* ended by stop\)\n {4}```json\n {4}\{"label":"Novice"\}\n {4}```\n$/,
    );
    assert(output.split('\n').every((line) => line.length <= 100));
    assert.equal(output.split(canary).length, 2);
  });

  it('are those of the asking, where the answer comes from the store or another row', async () => {
    assert.equal((await label('again.arrow', '-c expertise')).code, 0);
    const again = await recordOf('again.arrow', 'a', 'expertise');
    const kept = await recordOf('kept.jsonl', 'a', 'expertise');
    assert.equal(again.answer.source, 'store');
    assert.deepEqual(again.record, kept.record);
    writeFileSync(
      at('twins.jsonl'),
      ['x', 'y'].map((id) => JSON.stringify({ id, conversation: `${canary} [[topic=Food]]` })).join('\n'),
    );
    await semtel(run, `${at('twins.jsonl')} -o ${at('twins-out.jsonl')} -c topic --keep`);
    const twins = [
      await recordOf('twins-out.jsonl', 'x', 'topic'),
      await recordOf('twins-out.jsonl', 'y', 'topic'),
    ];
    assert.deepEqual(twins.map(({ answer }) => answer.source).sort(), ['llm', 'shared']);
    assert.deepEqual(twins[0]!.record, twins[1]!.record);
  });

  it('of a combined request are told whole, with the part that is the label, asked again alone', async () => {
    moods = [{ dropped_item: 1 }];
    await label('combined.arrow', '-c topic,expertise --combine --refresh --keep --limit 1');
    const topic = await recordOf('combined.arrow', 'a', 'topic');
    const expertise = await recordOf('combined.arrow', 'a', 'expertise');
    const both = [topic, expertise].map(({ record: { calls } }) =>
      calls.map(({ classifiers }) => classifiers.join('+')),
    );
    assert.deepEqual(
      both.map((calls) => calls[0]),
      ['topic+expertise', 'topic+expertise'],
    );
    assert.deepEqual(both.flatMap((calls) => calls.slice(1)).length, 1, 'one of them was asked again');
    assert.deepEqual(topic.record.requests[0], expertise.record.requests[0]);
    const { output } = await semtel(why, `${at('combined.arrow')} --id a -c topic`);
    assert.match(output, /together: this label is the part "topic" of the reply\n/);
  });

  it('of a failure do not take the place of those of the answer that is still kept', async () => {
    moods = Array.from({ length: 2 }, () => ({ empty: 1 }));
    await label('failed.jsonl', '-c topic --limit 1 --refresh --keep');
    const failed = await recordOf('failed.jsonl', 'a', 'topic');
    assert.deepEqual(
      [failed.answer.status, failed.record.status, failed.record.calls.length],
      ['invalid', 'invalid', 2],
    );
    const { record } = await recordOf('combined.arrow', 'a', 'topic');
    assert.equal(record.status, 'ok');
  });

  it('of an asking that came later are told with a doubt', async () => {
    await label('later.jsonl', '-c topic --limit 1 --refresh --keep');
    assert.equal((await semtel(why, `${at('later.jsonl')} --id a`)).said, '');
    const { said, code } = await semtel(why, `${at('combined.arrow')} --id a -c topic`);
    assert.match(
      said,
      /^semtel: topic: what is shown may not be what led to this output: the latest asking is kept, and it is of job run:/,
    );
    assert.equal(code, 0);
  });

  it('of a server are kept by the server, also those of other clients whose answer a run is given', async () => {
    await withStack(
      { answers: 'marked' },
      async ({ address, client }) => {
        const { conversation } = JSON.parse(readFileSync(at('in.jsonl'), 'utf8').split('\n')[0]!);
        await client.classify({ classifiers: ['topic'], jobId: 'spark' }, batchOf([conversation]));
        const line = `${at('in.jsonl')} -c topic --limit 1 --server ${address}`;
        assert.equal((await semtel(run, `${line} -o ${at('served.jsonl')}`)).code, 0);
        await assert.rejects(
          semtel(run, `${line} -o ${at('no.jsonl')} --keep`),
          /prompts and replies are the server's: put keep into its settings/,
        );
      },
      { settings: `keep: { path: ${at('served.sqlite')} }` },
    );
    rmSync(at('.semtel'), { recursive: true });
    const { code, said } = await semtel(why, `${at('served.jsonl')} --id a`);
    assert.equal(code, 3);
    assert.match(said, /the server 127\.0\.0\.1:\d+ answered, and keeps .* where its settings have "keep"/);
    const settings = readFileSync(at('semtel.yaml'), 'utf8');
    writeFileSync(at('semtel.yaml'), `${settings}keep: { path: served.sqlite }\n`);
    const { answer, record } = await recordOf('served.jsonl', 'a', 'topic');
    assert.deepEqual([answer.source, record.job_id, record.calls.length], ['store', 'spark', 1]);
    writeFileSync(at('semtel.yaml'), settings);
  });

  it('are told from an output of any kind, without doubts about numbers that CSV tells as text', async () => {
    for (const name of ['labels.parquet', 'labels.csv', 'labels.csv.gz']) {
      await label(name, '-c topic,satisfaction --keep --refresh');
      const { code, said, output } = await semtel(why, `${at(name)} --id a`);
      assert.deepEqual([code, said], [0, ''], name);
      assert.match(output, /topic of a\n[\s\S]*label +Health\n[\s\S]*satisfaction of a\n/);
    }
  });

  it('are not missed where nothing was asked', async () => {
    await label('all.jsonl', '-c topic --keep');
    const { code, output } = await semtel(why, `${at('all.jsonl')} --id empty`);
    assert.equal(code, 0);
    assert.match(output, /status +skipped\n.*error_code +empty\n/);
  });

  it('are gone from the disk once their time is over', async () => {
    assert.match((await semtel(store, 'stats')).output, /\n\nfile +.*calls\.sqlite\nrecords +\d/);
    assert.deepEqual(holding(canary), ['calls.sqlite']);
    assert.match(
      (await semtel(store, 'prune --older-than 0s')).output,
      /\nRemoved \d records; left: 0 records in /,
    );
    assert.deepEqual(holding(canary), []);
  });

  it('that cannot be kept cost a warning and no label', async () => {
    const settings = readFileSync(at('semtel.yaml'), 'utf8');
    writeFileSync(at('semtel.yaml'), `${settings}keep: { path: . }\n`);
    const { code, said } = await label('unkept.jsonl', '-c topic --refresh');
    assert.equal(code, 0);
    assert.match(
      said,
      /warn: Prompts and replies cannot be kept for now; labels are given all the same\. .*EISDIR/,
    );
    assert.match(
      said,
      /warn: Prompts and replies could not be kept: "semtel why" will not find them\. .*count=4/,
    );
    assert(!said.includes(canary));
    writeFileSync(at('semtel.yaml'), settings);
  });

  it('are not looked for with the summary of another run', async () => {
    const summary = readFileSync(at('all.jsonl.semtel.json'), 'utf8');
    writeFileSync(at('other.jsonl'), readFileSync(at('all.jsonl')));
    writeFileSync(at('other.jsonl.semtel.json'), summary.replace(/"digest": "../, '"digest": "--'));
    await assert.rejects(semtel(why, `${at('other.jsonl')} --id a`), /are of different runs: run again/);
  });

  const mistakes: readonly [line: string, words: RegExp][] = [
    ['all.jsonl', /say which row: --id X/],
    ['all.jsonl --id z', /all\.jsonl has no row whose "id" is "z"/],
    ['all.jsonl --id a -c topc', /has no "topc"; did you mean "topic"\?/],
    ['in.jsonl --id a', /in\.jsonl\.semtel\.json cannot be read: "semtel run" writes it/],
  ];
  for (const [line, words] of mistakes) {
    it(`that cannot be found are a mistake of the caller: semtel why ${line}`, async () => {
      await assert.rejects(semtel(why, at(line)), words);
    });
  }
});
