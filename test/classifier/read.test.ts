import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { load, mixed, mixedReply, promptText, topic } from './prompts.ts';

const topics = load(topic);
const mixtures = load(mixed);
const labels = topics.labels.label!.map(({ name }) => name);

/** Reply, and the label read with its repair, or the code of the failure. */
const golden: readonly (readonly [reply: string, label: string, repair?: string])[] = [
  ['{"label":"Food"}', 'Food'],
  [' {\n "label" : "Food" }\n', 'Food'],
  ['\uFEFF{"label":"Food"}', 'Food', 'byte_order_mark'],
  ['<think>It says {"label":"Travel"}.</think>\n{"label":"Food"}', 'Food', 'think_block'],
  ['It says {"label":"Travel"}.</think>{"label":"Food"}', 'Food', 'think_block'],
  ['<think>first {"label":"Travel"}', 'truncated_reply'],
  ['Well. <think>first {"label":"Travel"}', 'truncated_reply'],
  ['<think>one</think><think>two {"label":"Travel"}', 'truncated_reply'],
  ['{"label":"Food","reason":"<think>"}', 'Food', 'extra_property'],
  [`<think>${'Hm. '.repeat(50_000)}</think>{"label":"Food"}`, 'Food', 'think_block'],
  ['<think>"</think>{"label":"Travel"}" they say.</think>{"label":"Food"}', 'unreadable'],
  [`{"label":"Food","reason":"</think>{'label':'Travel'}"}`, 'Food', 'extra_property'],
  ['<think>Easy.</think>Food', 'Food', 'think_block+bare_label'],
  ["<think>Hm.</think>I'm sorry, but I can't help with that.", 'model_refusal'],
  ['"{\\"label\\":\\"Food\\"}"', 'Food', 'json_string'],
  ['```json\n{"label":"Food"}\n```', 'Food', 'fences'],
  ['~~~\n{"label":"Food"}\n~~~', 'Food', 'fences'],
  ['```\nFood\n```', 'Food', 'fences+bare_label'],
  ['```json\n{"label": "food"}\n```', 'Food', 'fences+wrong_case'],
  ['Here you are: {"label":"Food"} Anything else?', 'Food', 'prose'],
  ['First:\n```\n{"label":"Food"}\n```\nSecond:\n```\n{"label":"Food"}\n```', 'Food', 'prose'],
  ['In {name} and [1] we see {"label":"Food"}', 'Food', 'prose'],
  ['{"label":"Food"} // done', 'Food', 'prose'],
  ['{"label":"Food" /* cooking */}', 'Food', 'comments'],
  ['{"label":"Food",}', 'Food', 'trailing_comma'],
  ["{'label': 'Food'}", 'Food', 'single_quotes'],
  ['{“label”: “Food”}', 'Food', 'smart_quotes'],
  ['{„label“: «Food»}', 'Food', 'smart_quotes'],
  ['{‘label’: ‘Food’}', 'Food', 'smart_quotes+single_quotes'],
  ['{label: "Food"}', 'Food', 'bare_keys'],
  ['{"label":"Food","label":"Food"}', 'Food', 'doubled_key'],
  ['{"label":"Food","label":"Health"}', 'unreadable'],
  ['{"label":"Food"} {"label":"Food"}', 'Food', 'prose'],
  ['{"label":"Food"} or {"label":"Health"}', 'unreadable'],
  [`{"label":"Food"} {"a":${'['.repeat(40)}${']'.repeat(40)}} {"label":"Health"}`, 'unreadable'],
  ['{"label":"Food"} no: {"label":"Football"}', 'unreadable'],
  ['[{"label":"Food"}]', 'Food', 'wrong_root'],
  ['[{"label":"Food"},{"label":"Health"}]', 'schema_mismatch'],
  ['{"topic":{"label":"Food"}}', 'Food', 'wrong_root'],
  ['{"Label":"Food"}', 'Food', 'property_name'],
  ['{"label":"Food","reason":"an egg"}', 'Food', 'extra_property'],
  ['{"label":["Food"]}', 'Food', 'single_item'],
  ['{"label":["Food","Health"]}', 'schema_mismatch'],
  ['{"label":"FOOD "}', 'Food', 'wrong_case'],
  ['{"label":"software-development"}', 'Software Development', 'punctuation'],
  ['{"label":"**Food**"}', 'Food', 'punctuation'],
  ['{"label":"Cooking"}', 'Food', 'alias'],
  ['{"label":"Travels"}', 'Travel', 'inflection'],
  ['{"label":"Helath"}', 'Health', 'near_miss'],
  ['{"label":"Sofware Developement"}', 'Software Development', 'near_miss'],
  ['Food', 'Food', 'bare_label'],
  ['Food.', 'Food', 'bare_label+punctuation'],
  ['"health"', 'Health', 'bare_label+punctuation'],
  ['{"label":"Football"}', 'not_in_label_set'],
  ['{"label":"Food or Health"}', 'not_in_label_set'],
  ['{"label":"not Health"}', 'not_in_label_set'],
  ['{"label":3}', 'schema_mismatch'],
  ['{"label":null}', 'schema_mismatch'],
  ['{"label":NaN}', 'schema_mismatch'],
  ['{}', 'schema_mismatch'],
  ['[]', 'unreadable'],
  ['null', 'unreadable'],
  ['| label |\n|---|\n| Food |', 'unreadable'],
  ['{"label":"Fo', 'truncated_reply'],
  ['{', 'truncated_reply'],
  ['```json\n{"label":', 'truncated_reply'],
  ['', 'unreadable'],
  [' \n', 'unreadable'],
  ["I'm sorry, but I can't help with that.", 'model_refusal'],
  ['I cannot label this conversation.', 'model_refusal'],
  ['As an AI language model I do not judge people.', 'model_refusal'],
  ['The conversation is about an egg.', 'unreadable'],
  ['['.repeat(5000), 'unreadable'],
  [`{"label":${'['.repeat(100)}"Food"${']'.repeat(100)}}`, 'unreadable'],
  [`{"label":"${'Food'.repeat(20_000)}"}`, 'unreadable'],
];

test('each reply is read with its repair named, or ends with its code', () => {
  for (const [reply, wanted, repair] of golden) {
    const reading = topics.read(reply);
    const title = `${reply.slice(0, 60)} -> ${JSON.stringify(reading)}`;
    if (!reading.ok) assert.equal(reading.code, wanted, title);
    else {
      assert.equal(reading.outputs.label, wanted, title);
      assert.equal(reading.repair, repair ?? null, title);
    }
  }
});

test('every kind of output is read and the derived ones are added', () => {
  const expected = { ok: true, outputs: { ...mixedReply, score: 8, skilled: true }, repair: null };
  assert.deepEqual(mixtures.read(JSON.stringify(mixedReply)), expected);
});

test('numbers and truths in words are turned into their kind', () => {
  const reading = mixtures.read(
    JSON.stringify({ ...mixedReply, sat_thanks: '7', share: ' 0.5', solved: 'Yes', tags: ['SHORT', 'long'] }),
  );
  assert.deepEqual(reading, {
    ok: true,
    outputs: { ...mixedReply, score: 8, skilled: true },
    repair: 'number_string+boolean_string+wrong_case',
  });
});

test('a missing, misplaced or extreme item makes the answer invalid and is named', () => {
  const { sat_praise: _, ...missing } = mixedReply;
  const cases = [
    [missing, /"sat_praise" is missing; it must be an integer from 0 to 10\.$/],
    [{ ...mixedReply, sat_praise: 11 }, /"sat_praise" must be an integer from 0 to 10/],
    [{ ...mixedReply, sat_praise: 2.5 }, /"sat_praise" must be an integer/],
    [{ ...mixedReply, sat_praise: 'high' }, /"sat_praise"/],
    [{ ...mixedReply, share: null }, /"share" must be a number from 0 to 1/],
    [{ ...mixedReply, place: { country: 'Peru' } }, /"place.code" is missing/],
  ] as const;
  for (const [reply, fault] of cases) {
    const reading = mixtures.read(JSON.stringify(reply));
    assert.ok(!reading.ok);
    assert.equal(reading.code, 'schema_mismatch');
    assert.match(reading.fault, fault);
  }
});

test('a key that stands twice is seen however long its value is written', () => {
  const counted = load(
    promptText(
      'outputs: [{ name: label, kind: string, enumValues: [Food, Health] }, { name: n, kind: float }]',
    ),
  );
  const reply = '{"label":"Food","label":"Health","n":1e18}';
  assert.equal(JSON.stringify(JSON.parse(reply)).length, reply.length);
  const reading = counted.read(reply);
  assert.ok(!reading.ok && reading.code === 'unreadable');
});

test('a near miss between two labels is not guessed', () => {
  const pair = load(
    promptText(
      'outputs: [{ name: label, kind: string, enumValues: [satisfied, dissatisfied, formal, Version A, Version B, Level 1] }]',
    ),
  );
  for (const value of ['unsatisfied', 'informal', 'Version C', 'Version', 'Level 3', 'Level 12']) {
    const reading = pair.read(JSON.stringify({ label: value }));
    assert.ok(!reading.ok && reading.code === 'not_in_label_set', `${value} -> ${JSON.stringify(reading)}`);
  }
});

test('labels that fold to the same letters are told apart by exact spelling only', () => {
  const languages = load(promptText('outputs: [{ name: label, kind: string, enumValues: [C, C++, "C#"] }]'));
  assert.deepEqual(languages.read('{"label":"C++"}'), { ok: true, outputs: { label: 'C++' }, repair: null });
  assert.equal(languages.read('{"label":"c#"}').ok, true);
  assert.equal(languages.read('{"label":"C--"}').ok, false);
});

test('a sign that makes another label is no decoration', () => {
  const read = (labels: readonly string[], text: string) => {
    const list = labels.map((label) => JSON.stringify(label)).join(', ');
    const one = load(promptText(`outputs: [{ name: label, kind: string, enumValues: [${list}] }]`));
    const reading = one.read(JSON.stringify({ label: text }));
    return reading.ok ? reading.outputs.label : reading.code;
  };
  const cases = [
    [['C', 'Java'], 'C++', null],
    [['C', 'Java'], '**C**', 'C'],
    [['C++', 'Java'], 'C', null],
    [['C++', 'Java'], '`C++`', 'C++'],
    [['A', 'B'], 'A-', null],
    [['A', 'B'], 'A+', null],
    [['0', '1'], '-1', null],
    [['0', '1'], '- 1', '1'],
    [['-1', '0'], '(\u22121)', '-1'],
    [['level 1', 'level 2'], 'level -1', null],
    [['level 1', 'level 2'], 'Level-1', 'level 1'],
    [['<18', '>30'], '>18', null],
    [['<18', '>30'], '30', null],
    [['<18', '>30'], '< 18', '<18'],
    [['5', '10%'], '10', null],
    [['5', '10%'], '10 %', '10%'],
    [['Food', 'Other'], '<Food>', 'Food'],
    [['Food', 'Other'], 'Food -', 'Food'],
  ] as const;
  for (const [labels, text, label] of cases) {
    assert.equal(read(labels, text), label ?? 'not_in_label_set', `${text} among ${labels.join(' ')}`);
  }
});

test('a model that declines in any of the languages known is refused', () => {
  const refusals = [
    'I apologize, but I cannot fulfil this request.',
    'Lo siento, no puedo ayudar con eso.',
    'No puedo ayudar con esa solicitud.',
    'Je suis désolé, mais je ne peux pas.',
    'Désolée, je ne peux pas.',
    'Leider kann ich dabei nicht helfen.',
    'Mi dispiace, non posso aiutarti.',
    'Desculpe, não posso ajudar.',
    'Het spijt me, maar dat kan ik niet.',
    'Przykro mi, nie mogę pomóc.',
    'Üzgünüm, yardımcı olamam.',
    'Извините, я не могу помочь с этим.',
    'На жаль, я не можу допомогти.',
    'عذرًا، لا يمكنني المساعدة في ذلك.',
    'मुझे खेद है, मैं इसमें मदद नहीं कर सकता।',
    '抱歉，我无法提供帮助。',
    '申し訳ありませんが、お手伝いできません。',
    '죄송합니다. 도와드릴 수 없습니다.',
  ];
  for (const reply of refusals) {
    const reading = topics.read(reply);
    assert.ok(!reading.ok);
    assert.equal(reading.code, 'model_refusal', reply);
  }
  const talk = topics.read('Das Gespräch handelt von Eiern, ich kann es sehen.');
  assert.ok(!talk.ok && talk.code === 'unreadable');
});

test('whatever is replied, an answer is a label of the set, and reading it again changes nothing', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...labels,
      ...labels.map((label) => label.toLowerCase()),
      'cooking',
      'label',
      '"label"',
      ':',
      ',',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '```',
      '<think>',
      '</think>',
      '\\',
      '//',
      '{"label":',
      '\u2028',
      '\uD800',
      '\n',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const reply = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(reply, (text) => {
      const reading = topics.read(text);
      if (!reading.ok) return reading.fault.length <= 300 && /\w[.…]$/u.test(reading.fault);
      const again = topics.read(JSON.stringify(reading.outputs));
      assert.ok(again.ok && again.repair === null);
      assert.deepEqual(again.outputs, reading.outputs);
      return labels.includes(String(reading.outputs.label));
    }),
    { numRuns: 3000 },
  );
});

test('any value under the output is read as a label of the set or not at all', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...labels),
      fc.nat(30),
      fc.string(),
      (value, label, at, insert) => {
        for (const given of [value, label.slice(0, at) + insert + label.slice(at + insert.length)]) {
          const reading = topics.read(JSON.stringify({ label: given }));
          if (reading.ok) assert.ok(labels.includes(String(reading.outputs.label)));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('strict JSON passes untouched', () => {
  const answer = fc.record({
    level: fc.constantFrom('Novice', 'Intermediate', 'Expert'),
    sat_thanks: fc.nat(10),
    sat_praise: fc.nat(10),
    dsat_anger: fc.nat(10),
    share: fc.float({ min: 0, max: 1, noNaN: true }).map((share) => (Object.is(share, -0) ? 0 : share)),
    solved: fc.boolean(),
    tags: fc.array(fc.constantFrom('short', 'long')),
    place: fc.record({ country: fc.string({ unit: 'binary' }), code: fc.integer() }),
  });
  fc.assert(
    fc.property(answer, fc.constantFrom(0, 1, '\t'), (given, indent) => {
      const reading = mixtures.read(JSON.stringify(given, null, indent));
      assert.ok(reading.ok && reading.repair === null);
      const { score, skilled, ...outputs } = reading.outputs;
      assert.deepEqual(outputs, JSON.parse(JSON.stringify(given)));
      assert.equal(score, given.sat_thanks + given.sat_praise - given.dsat_anger);
      assert.equal(skilled, given.level === 'Expert');
    }),
    { numRuns: 1000 },
  );
});

test('a fault never quotes the reply', () => {
  const secret = 'XYZZY-4711';
  for (const reply of [
    `{"label":"${secret}"}`,
    `{"${secret}":1}`,
    `{"label":{"${secret}":1}}`,
    `${secret} {`,
    `{"label":"${secret}`,
  ]) {
    const reading = topics.read(reply);
    assert.ok(!reading.ok && !reading.fault.includes(secret));
  }
});

test('hostile replies are read in bounded time, to no label', () => {
  const answer = (label: unknown) => JSON.stringify({ label });
  const scored = (tags: unknown) => JSON.stringify({ ...mixedReply, tags });
  const hostile = [
    '"\\'.repeat(8000),
    '/*'.repeat(8000),
    '{"a":'.repeat(3000),
    '<think>'.repeat(2000),
    '</think>'.repeat(100_000),
    "{'".repeat(8000),
    '{"\\"'.repeat(4000),
    '{}'.repeat(8000),
    '{"label":"x"}'.repeat(70_000),
    `{"label":"${'\\"'.repeat(7000)}`,
    '```'.repeat(5000),
    `{${' '.repeat(16_000)}`,
    `{"a" ${'/*'.repeat(8000)}}`,
    `{a: ${"'\\".repeat(8000)}}`,
    `{a: ${'"\\'.repeat(8000)}}`,
    `{a: ${', '.repeat(8000)}}`,
    `{a${'a'.repeat(16_000)}: 1 }`,
    `{a: 1${' { b: '.repeat(30)}${"'".repeat(15_000)}${'}'.repeat(31)}`,
    `{"label":"${'Food '.repeat(3000)}"}`,
    '['.repeat(100_000) + ']'.repeat(100_000),
    `{"label":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    `{"label":${'{"label":'.repeat(1500)}"Food"${'}'.repeat(1500)}}`,
    '\\'.repeat(1 << 20),
    `{"label":"${'\\\\'.repeat(1 << 19)}`,
    'prose '.repeat(1 << 20),
    'prose {a: '.repeat(90_000),
    ' '.repeat(1 << 20),
    answer(Array(16_000).fill('Fod')),
    answer('\uD800'),
    '\uDC00{"label":"\uD83D"}',
    scored(Array(7000).fill(1)),
    scored(Array(150).fill('a b c d e '.repeat(9))),
    scored(Array(150).fill('a+b -c <d '.repeat(9))),
    `{${Array.from({ length: 1600 }, (_, n) => `"k${n}":1`).join(',')}}`,
    `{"__proto__":${'{"__proto__":'.repeat(20)}1${'}'.repeat(20)}}`,
    '{"constructor":{"prototype":{"label":"Food"}},"toString":1}',
  ];
  for (const reply of hostile)
    for (const { read } of [topics, mixtures]) {
      // CPU, and the best of three: the machine may be busy, and code is slow before it is compiled.
      const took = [1, 2, 3].map(() => {
        const from = process.threadCpuUsage();
        assert.equal(read(reply).ok, false, reply.slice(0, 40));
        const { user, system } = process.threadCpuUsage(from);
        return (user + system) / 1000;
      });
      assert.ok(Math.min(...took) < 50, `${reply.slice(0, 20)}… took ${took} ms of CPU`);
    }
});
