import { plural } from '../../base/plural.ts';
import type { CallRecord, LabelRecord } from '../../store/record.ts';
import { number } from '../run/progress.ts';
import { oneLine, table } from '../table.ts';
import type { AnswerValue } from './finished.ts';
import type { Label } from './labels.ts';
import { wrapped } from './wrapped.ts';

/** The label, then every call that it took: request, reply, what was made of it. */
export function labelWords(id: string, { classifier, answer, record }: Label, width: number): string {
  const facts = [...answerFacts(answer), ...(record === null ? [] : recordFacts(record))];
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  return [
    `${classifier} of ${oneLine(id, width)}`,
    '',
    ...facts.map(([name, value]) => {
      const [first, ...more] = wrapped(value, width, nameWidth + 4)
        .trimStart()
        .split('\n');
      return [`  ${name.padEnd(nameWidth)}  ${first}`, ...more].join('\n');
    }),
    ...(record === null || record.calls.length === 0 ? [] : callsWords(record, width)),
  ].join('\n');
}

type Fact = readonly [name: string, value: string];

/** Outputs come before `status`; of the rest, what a reader asks for. */
function answerFacts(answer: AnswerValue): readonly Fact[] {
  const names = Object.keys(answer);
  const outputs = names.slice(0, names.indexOf('status'));
  const told = ['status', 'error_code', 'error_message', 'source', 'prompt_digest'];
  return [...outputs, ...told]
    .filter((name) => answer[name] !== null && answer[name] !== undefined)
    .map((name) => {
      const value = answer[name]!;
      return [name, typeof value === 'string' ? value : JSON.stringify(value)];
    });
}

function recordFacts(record: LabelRecord): readonly Fact[] {
  const { prompt_tokens, cached_tokens, completion_tokens, cost, currency, calls } = record;
  const cached = cached_tokens > 0 ? ` (${number(cached_tokens)} from a cache)` : '';
  const last = calls.findLast(({ reply }) => reply !== null);
  return [
    ...(record.status === 'ok' ? [['repair', record.repair ?? 'none was needed'] as const] : []),
    ['model', `${record.model}${last === undefined ? '' : `, answered by ${last.reply!.model}`}`],
    ['job', record.job_id],
    ['calls', plural(calls.length, 'HTTP request')],
    ['tokens', `${number(prompt_tokens)} in${cached}, ${number(completion_tokens)} out`],
    ['cost', currency === null ? 'no price is configured' : `${Number(cost.toPrecision(4))} ${currency}`],
  ];
}

function callsWords({ requests, calls, classifier }: LabelRecord, width: number): readonly string[] {
  const rows = calls.map(({ sent_at, endpoint, latency_ms, outcome, reason }, index) => [
    String(index + 1),
    sent_at.replace('T', ' ').replace('Z', ''),
    oneLine(endpoint, 30),
    number(latency_ms),
    reason === null ? outcome : `${outcome}: ${reason}`,
  ]);
  const heading = table(['call', 'sent (UTC)', 'endpoint', 'ms', 'outcome'], rows);
  const partWords = requestPrinter(width);
  return [
    '',
    wrapped(heading, width, 2),
    ...calls.flatMap((call, index) => {
      const alike = calls.flatMap(({ request }, at) => (request === call.request ? [at + 1] : []));
      const isFirst = alike[0] === index + 1;
      return [
        ...(isFirst
          ? [
              '',
              `Request of call ${alike.join(', ')}${shared(call, classifier)}`,
              ...partWords(requests[call.request]!, index + 1),
            ]
          : []),
        ...(call.reply === null ? [] : ['', ...replyWords(call.reply, index + 1, width)]),
      ];
    }),
  ];
}

function shared({ classifiers }: CallRecord, classifier: string): string {
  if (classifiers.length === 1) return '';
  return `, for ${classifiers.join(', ')} together: this label is the part "${classifier}" of the reply`;
}

/** Prints requests part by part; of a part that an earlier request had, only where it was. */
function requestPrinter(width: number) {
  const firstCall = new Map<string, number>();
  const part = (name: string, text: string, call: number): readonly string[] => {
    const known = firstCall.get(`${name} ${text}`);
    if (known !== undefined) return [`  ${name}: as in call ${known}`];
    firstCall.set(`${name} ${text}`, call);
    return ['', `  ${name}:`, wrapped(text, width, 4)];
  };
  return (body: LabelRecord['requests'][number], call: number): readonly string[] => {
    const { messages, response_format: format, ...parameters } = body;
    const texts = messages as readonly { readonly role: string; readonly content: string }[];
    return [
      ...part('parameters', JSON.stringify(parameters), call),
      ...part('response_format', format === undefined ? 'none' : JSON.stringify(format), call),
      ...texts.flatMap(({ role, content }) => part(role, content || '(no text)', call)),
    ];
  };
}

function replyWords(reply: NonNullable<CallRecord['reply']>, call: number, width: number): readonly string[] {
  const { text, refusal, finish_reason, prompt_tokens, completion_tokens } = reply;
  return [
    `Reply to call ${call} (${number(prompt_tokens)} tokens in, ${number(completion_tokens)} out, ended by ${oneLine(finish_reason, 30)})`,
    wrapped(text || '(no text)', width, 4),
    ...(refusal === null ? [] : [wrapped(`refusal: ${refusal}`, width, 4)]),
  ];
}
