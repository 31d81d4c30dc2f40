import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { runOptions, runRequest } from '../../src/cli/run/request.ts';
import { parseTarget } from '../../src/cli/run/target.ts';

const parse = (line: string) => parseArguments(line.split(' ').filter(Boolean), runOptions);
const request = (line: string) => runRequest(parse(line));
const refused = (work: () => unknown, words: RegExp) =>
  assert.throws(work, (error) => {
    assert(error instanceof SemtelError && error.kind === 'input');
    assert.match(error.message, words);
    return true;
  });

describe('arguments', () => {
  it('are read in any order, short or long', () => {
    const args = parse('a.jsonl -o - --classifiers topic b.jsonl --yes');
    assert.deepEqual(args.positionals, ['a.jsonl', 'b.jsonl']);
    assert.equal(args.text('output'), '-');
    assert.equal(args.text('classifiers'), 'topic');
    assert(args.flag('yes') && !args.flag('json'));
  });

  it('that are not known are named with the nearest known one', () => {
    refused(() => parse('--ouput x'), /^unknown option --ouput; did you mean --output\?$/);
    refused(() => parse('--yess'), /did you mean --yes\?/);
  });

  it('without their value, or with one too many, are refused', () => {
    refused(() => parse('--output'), /--output/);
    refused(() => parse('--yes=1'), /--yes/);
  });

  it('that should be numbers are checked', () => {
    const whole = { min: 0, whole: true };
    assert.equal(parse('--limit 5').number('limit', whole), 5);
    assert.equal(parse('').number('limit', whole), undefined);
    for (const value of ['x', '1.5', '-1', '1e400', '']) {
      refused(
        () => parse(`--limit=${value}`).number('limit', whole),
        /--limit must be a whole number from 0 on/,
      );
    }
  });
});

describe('a run request', () => {
  it('has defaults for all but input, classifiers and output', () => {
    const { output, classifiers, asked, selection, allowFailed, keepAnswers } = request(
      'a.jsonl -c topic -o b.jsonl',
    );
    assert.deepEqual({ output, classifiers }, { output: 'b.jsonl', classifiers: 'topic' });
    assert.deepEqual(asked, { model: '', refresh: false, combine: false, maxCost: 0, maxTokens: 0 });
    assert.deepEqual(selection, { limit: undefined, sample: undefined, seed: 0 });
    assert.deepEqual({ allowFailed, keepAnswers }, { allowFailed: 0, keepAnswers: true });
  });

  const cases: readonly [line: string, words: RegExp][] = [
    ['-c topic -o x.jsonl', /at least one input/],
    ['a.jsonl -o x.jsonl', /at least one classifier/],
    ['a.jsonl -c , -o x.jsonl', /at least one classifier/],
    ['a.jsonl -c topic', /name the output/],
    ['a.jsonl -c topic -o - --json', /both write to standard output/],
    ['a.jsonl -c topic -o b.jsonl --allow-failed 2', /--allow-failed must be a number from 0 to 1, not "2"/],
    ['a.jsonl -c topic -o b.jsonl --server h:1 --no-store', /use --refresh/],
    ['a.jsonl -c mine.prompty -o b.jsonl --server h:1', /knows classifiers by name/],
  ];
  for (const [line, words] of cases) {
    it(`is refused: "${line}"`, () => refused(() => request(line), words));
  }
});

describe('a target', () => {
  it('is an address, with or without a scheme', () => {
    assert.deepEqual(parseTarget('h:1'), { address: 'h:1', tls: false });
    assert.deepEqual(parseTarget('grpc://h:1'), { address: 'h:1', tls: false });
    assert.deepEqual(parseTarget('grpc+tls://h:1'), { address: 'h:1', tls: true });
    refused(() => parseTarget('h'), /HOST:PORT/);
    refused(() => parseTarget('http://h:1'), /HOST:PORT/);
  });
});
