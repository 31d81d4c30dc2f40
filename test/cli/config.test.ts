// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in configurations are written so.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { SemtelError } from '../../src/base/error.ts';
import { clearTextTokens, isLoopback, refuseOpenListening } from '../../src/compose/config/exposure.ts';
import { loadConfig, parseConfig } from '../../src/compose/config/load.ts';
import { notYetEffective } from '../../src/compose/config/notYet.ts';

const oneModel = 'models: { default: { endpoints: [{ base_url: "http://h/v1" }] } }';
const parse = (yaml: string, env = {}) => parseConfig(yaml, 'semtel.yaml', tmpdir(), env);
const mistakes = (yaml: string, env = {}) => {
  try {
    parse(yaml, env);
  } catch (error) {
    assert(error instanceof SemtelError && error.kind === 'config');
    return error.message.split('\n');
  }
  return [];
};

describe('a configuration', () => {
  it('needs models only; everything else has a default', () => {
    const config = parse(oneModel);
    assert.equal(config.listen, '127.0.0.1:8815');
    assert.equal(config.status, '127.0.0.1:9464');
    assert.deepEqual(config.prompts, ['./prompts']);
    assert.equal(config.workers, 'auto');
    assert.deepEqual(config.pack, { max_items: 1, combine: false });
    assert.deepEqual(config.limits, {
      message_bytes: 67108864,
      batch_rows: 10000,
      inflight_bytes: 268435456,
      waiting_exchanges: 512,
    });
    assert.deepEqual(config.timeouts, { row_s: 600, attempt_max_s: 60, drain_s: 60 });
    assert.deepEqual(config.store, { path: './.semtel/store.sqlite', max_bytes: 4294967296, ttl_s: 2592000 });
    assert.equal(config.keep, 'off');
    assert.equal(config.auth, null);
    assert.deepEqual(config.log, { level: 'info', format: 'json' });
    const { name, ...endpoint } = config.models.default!.endpoints[0]!;
    assert.equal(name, undefined);
    assert.deepEqual(endpoint, {
      base_url: 'http://h/v1',
      headers: {},
      query: {},
      max_concurrency: 400,
      share: 1,
      priority: 0,
      structured: 'auto',
      request: {},
    });
  });

  it('is accepted with every key written', () => {
    const config = parse(
      `
listen: "[::1]:1"
status: off
prompts: [a, b]
models:
  default:
    price: { input: 0.15, output: 0.60, currency: EUR }
    endpoints:
      - { name: east, base_url: https://e/v1, model: m, api_key: "\${env:K}", headers: { api-key: "\${env:K}" },
          query: { api-version: 2024-10-21 }, provider: azure, tpm: 1, rpm: 2, max_concurrency: 3, share: 1/4,
          priority: 1, structured: text, request: { temperature: null } }
workers: 2
pack: { max_items: 8, combine: true }
limits: { message_bytes: 1, batch_rows: 2, inflight_bytes: 3, waiting_exchanges: 4 }
timeouts: { row_s: 1.5, attempt_max_s: 2, drain_s: 3 }
store: { url: "redis://h" }
keep: { path: k, max_bytes: 1, ttl_s: 2 }
auth: { tls: { cert: c, key: k, client_ca: null }, tokens: [{ name: n, token: "\${env:K}", weight: 2 }] }
log: { level: debug, format: text }
`,
      { K: 'sesame' },
    );
    const endpoint = config.models.default!.endpoints[0]!;
    assert.equal(endpoint.share, 0.25);
    assert.equal(endpoint.query['api-version'], '2024-10-21');
    assert.equal(endpoint.api_key?.read(), 'sesame');
    assert.equal(endpoint.headers['api-key']?.read(), 'sesame');
    assert.equal(config.auth?.tokens[0]?.token.read(), 'sesame');
    assert.equal(config.status, 'off');
  });

  it('keeps prompts and replies for a week where it says so', () => {
    const { keep } = parse(`${oneModel}\nkeep: {}`);
    assert.deepEqual(keep, { path: './.semtel/calls.sqlite', max_bytes: 1073741824, ttl_s: 604800 });
  });

  const cases: readonly [yaml: string, ...sentences: string[]][] = [
    ['{}', 'semtel.yaml:1: models is missing.'],
    ['[]', 'semtel.yaml:1: Must be a map of keys.'],
    ['models: {}', 'semtel.yaml:1: models needs at least one model.'],
    [`${oneModel}\nmodles: 1`, 'semtel.yaml:2: Unknown key "modles"; did you mean "models"?'],
    [
      `${oneModel}\n\nlimits:\n  batch_row: 1\n  waiting_exchange: 1`,
      'semtel.yaml:4: limits: unknown key "batch_row"; did you mean "batch_rows"?',
      'semtel.yaml:5: limits: unknown key "waiting_exchange"; did you mean "waiting_exchanges"?',
    ],
    [`${oneModel}\nlisten: 8815`, 'semtel.yaml:2: listen must be text.'],
    [`${oneModel}\nlisten: localhost`, 'semtel.yaml:2: listen must be HOST:PORT, such as 127.0.0.1:8815.'],
    [`${oneModel}\nworkers: 0`, 'semtel.yaml:2: workers must be at least 1.'],
    [`${oneModel}\nworkers: many`, 'semtel.yaml:2: workers must be "auto" or a number.'],
    [`${oneModel}\nstore: on`, 'semtel.yaml:2: store must be "off" or a map of keys.'],
    [
      `${oneModel}\nstore: { path: a, url: "redis://h" }`,
      'semtel.yaml:2: store takes path or url, not both.',
    ],
    [
      `${oneModel}\nstore: { url: "http://h" }`,
      'semtel.yaml:2: store.url must be redis:// or rediss://, such as redis://localhost:6379.',
    ],
    [
      `${oneModel}\nkeep: { path: .semtel/store.sqlite }`,
      'semtel.yaml:2: keep.path must be another file than that of the store.',
    ],
    [`${oneModel}\nkeep: on`, 'semtel.yaml:2: keep must be "off" or a map of keys.'],
    [`${oneModel}\nstore: { pth: a }`, 'semtel.yaml:2: store: unknown key "pth"; did you mean "path"?'],
    [
      `${oneModel}\nlog: { level: loud }`,
      'semtel.yaml:2: log.level must be "debug" or "info" or "warn" or "error".',
    ],
    [`${oneModel}\ntimeouts: { row_s: 0 }`, 'semtel.yaml:2: timeouts.row_s must be greater than 0.'],
    [`${oneModel}\nauth: { tls: { cert: c } }`, 'semtel.yaml:2: auth.tls.key is missing.'],
    [
      'models:\n  default:\n    endpoints:\n      - base_url: ftp://h\n        share: 2',
      'semtel.yaml:4: models.default.endpoints[0].base_url must be an http:// or https:// URL.',
      'semtel.yaml:5: models.default.endpoints[0].share must be at most 1.',
    ],
    ['models: { default: { endpoints: [] } }', 'semtel.yaml:1: models.default.endpoints must not be empty.'],
    [
      'models: { default: { endpoints: [{ base_url: http://h, api_key: "${env:NO}" }] } }',
      'semtel.yaml:1: models.default.endpoints[0].api_key: environment variable NO is not set; set it, or write ${env:NO:default}.',
    ],
    [
      `${oneModel}\nprompts: ["\${env:A}/b"]`,
      'semtel.yaml:2: prompts[0]: a reference must be the whole value: ${env:NAME}, ${env:NAME:default} or ${file:path}.',
    ],
  ];
  for (const [yaml, ...sentences] of cases) {
    it(`is refused in one sentence a mistake: ${sentences[0]!.slice('semtel.yaml:'.length)}`, () => {
      assert.deepEqual(mistakes(yaml), sentences);
    });
  }

  it('that is not YAML is refused with its line and column', () => {
    assert.match(mistakes('a: 1\nb: [1\nc: 2')[0]!, /^semtel\.yaml:3:1: /);
    assert.match(mistakes('a: 1\na: 2')[0]!, /^semtel\.yaml:2:1: Map keys must be unique\.$/);
  });
});

describe('a reference', () => {
  const key = (reference: string, env = {}, folder = tmpdir()) =>
    parseConfig(
      `models: { default: { endpoints: [{ base_url: "http://h", api_key: "${reference}" }] } }`,
      'semtel.yaml',
      folder,
      env,
    ).models.default!.endpoints[0]!.api_key!;

  it('to the environment may have a default, which may hold colons', () => {
    assert.equal(key('${env:A}', { A: 'x' }).read(), 'x');
    assert.equal(key('${env:A:http://y}').read(), 'http://y');
    assert.equal(key('${env:A:y}', { A: '' }).read(), 'y');
  });

  it('to a file is read again each time, without its last newline', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'semtel-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'key'), 'one\n');
    const secret = key('${file:key}', {}, folder);
    assert.equal(secret.read(), 'one');
    writeFileSync(join(folder, 'key'), 'two\n');
    assert.equal(secret.read(), 'two');
  });

  it('can give a number', () => {
    const yaml = 'models: { default: { endpoints: [{ base_url: "http://h", tpm: "${env:TPM}" }] } }';
    assert.equal(parse(yaml, { TPM: '2000' }).models.default!.endpoints[0]!.tpm, 2000);
  });
});

describe('a secret', () => {
  it('is shown neither by inspection nor as JSON nor in mistakes', () => {
    const env = { K: 'sesame' };
    const yaml = 'models: { default: { endpoints: [{ base_url: "http://h", api_key: "${env:K}", x: 1 }] } }';
    const config = parse(yaml.replace(', x: 1', ''), env);
    assert.doesNotMatch(inspect(config, { depth: 9 }) + JSON.stringify(config), /sesame/);
    assert.doesNotMatch(mistakes(yaml, env).join(), /sesame/);
    assert.doesNotMatch(mistakes(yaml.replace('${env:K}', 'sesame')).join(), /sesame/);
  });
});

describe('without a file', () => {
  const nowhere = join(tmpdir(), 'semtel-no-such-folder');

  it('the environment makes one endpoint', () => {
    const config = loadConfig(undefined, nowhere, { OPENAI_API_KEY: 'k', SEMTEL_MODEL: 'm' });
    const endpoint = config.models.default!.endpoints[0]!;
    assert.equal(endpoint.base_url, 'https://api.openai.com/v1');
    assert.equal(endpoint.model, 'm');
    assert.equal(endpoint.api_key?.read(), 'k');
  });

  it('and without a key the error says what to do', () => {
    assert.throws(() => loadConfig(undefined, nowhere, {}), /set OPENAI_API_KEY .* or write a semtel\.yaml/);
  });

  it('that was named, the error names it', () => {
    assert.throws(() => loadConfig('no.yaml', nowhere, {}), /no\.yaml does not exist; check --config/);
  });
});

describe('listening', () => {
  const tokens = [{ name: 'n', token: 't', weight: 1 }] as never;
  it('beyond loopback needs known clients or --insecure', () => {
    const open = { listen: '0.0.0.0:8815', auth: null };
    assert.throws(() => refuseOpenListening(open, false), /Configure auth\.tokens .* or say --insecure/);
    assert.throws(() => refuseOpenListening({ ...open, auth: { tls: null, tokens: [] } }, false));
    refuseOpenListening(open, true);
    refuseOpenListening({ ...open, auth: { tls: null, tokens } }, false);
    refuseOpenListening(
      { ...open, auth: { tls: { cert: 'c', key: 'k', client_ca: 'ca' }, tokens: [] } },
      false,
    );
    refuseOpenListening({ listen: '[::1]:8815', auth: null }, false);
  });

  it('with tokens but without TLS beyond loopback is worth a warning', () => {
    const tls = { cert: 'c', key: 'k', client_ca: null };
    assert.match(
      clearTextTokens({ listen: '0.0.0.0:1', auth: { tls: null, tokens } })!,
      /configure auth\.tls/,
    );
    assert.equal(clearTextTokens({ listen: '127.0.0.1:1', auth: { tls: null, tokens } }), null);
    assert.equal(clearTextTokens({ listen: '0.0.0.0:1', auth: { tls, tokens } }), null);
    assert.equal(clearTextTokens({ listen: '0.0.0.0:1', auth: null }), null);
  });

  it('knows loopback addresses', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) assert(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.com', 'host']) assert(!isLoopback(host), host);
  });
});

describe('keys for later', () => {
  it('are named in one place when somebody wrote them', () => {
    assert.deepEqual(notYetEffective(parse(oneModel)), []);
    const asked = parse(`${oneModel}\npack: { max_items: 4, combine: true }`);
    assert.deepEqual(
      notYetEffective(asked).map((warning) => warning.split(':')[0]),
      ['pack.max_items', 'pack.combine'],
    );
  });
});
