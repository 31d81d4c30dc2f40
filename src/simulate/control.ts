import { z } from 'zod';
import { SemtelError } from '../base/error.ts';
import { unknownKey } from '../base/nearest.ts';
import { type FaultName, type FaultProbabilities, faultNames } from './faults.ts';

const answerModes = ['lexical', 'hash', 'marked', 'gullible'] as const;
export type AnswerMode = (typeof answerModes)[number];

/** How a quota is counted; `quota/` has one file for each idea. */
const windows = ['continuous', '1s', '10s', '1m'] as const;
export type Window = (typeof windows)[number];

const headerStyles = ['openai', 'anthropic', 'none'] as const;
export type HeaderStyle = (typeof headerStyles)[number];

/** Kinds of `response_format`, the simplest last; an endpoint takes the one it is set to and those after it. */
export const replyFormats = ['json_schema', 'json_object', 'text'] as const;
export type ReplyFormatName = (typeof replyFormats)[number];

/** How one endpoint behaves. Names are those of the control message. */
export interface Control {
  readonly seed: number;
  readonly answers: AnswerMode;
  /** The richest `response_format` it takes; a richer one is 400. */
  readonly structured: ReplyFormatName;
  /** Median time from the start of work to the reply, before output tokens. */
  readonly latency_ms: number;
  /** Sigma of the lognormal distribution around that median; 0 = always the same. */
  readonly latency_sigma: number;
  readonly per_output_token_ms: number;
  /** Calls worked on at the same time; further ones queue. 0 = no bound. */
  readonly slots: number;
  /** Tokens and requests a minute; 0 = no quota. */
  readonly tpm: number;
  readonly rpm: number;
  readonly window: Window;
  /** Reserved tokens that were not used are given back when the call ends. */
  readonly refund: boolean;
  readonly headers: HeaderStyle;
  /** A 429 of the quota says how long to wait. */
  readonly retry_after: boolean;
  /** Bodies are remembered, and those that come again counted. */
  readonly count_repeats: boolean;
  readonly faults: FaultProbabilities;
}

/** A change of control: any part of it, for one endpoint, or for all when `endpoint` is empty or absent. */
export type ControlChange = {
  readonly [Key in Exclude<keyof Control, 'faults'>]?: Control[Key];
} & { readonly endpoint?: string; readonly faults?: { readonly [Name in FaultName]?: number } };

/** The values of the contract's example: a healthy endpoint with a believable latency and no quota. */
export const defaultControl: Control = {
  seed: 1,
  answers: 'lexical',
  structured: 'json_schema',
  latency_ms: 200,
  latency_sigma: 0.3,
  per_output_token_ms: 0,
  slots: 0,
  tpm: 0,
  rpm: 0,
  window: 'continuous',
  refund: false,
  headers: 'openai',
  retry_after: true,
  count_repeats: false,
  faults: Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>,
};

const amount = z.number().min(0);
const whole = z.int().min(0);
const probability = z.number().min(0).max(1);
const faultsShape = Object.fromEntries(faultNames.map((name) => [name, probability.optional()]));
const changeShape = {
  endpoint: z.string().optional(),
  seed: z.int().optional(),
  answers: z.enum(answerModes).optional(),
  structured: z.enum(replyFormats).optional(),
  latency_ms: amount.optional(),
  // Beyond 5 a draw of one in a thousand is already a million times the median.
  latency_sigma: amount.max(5).optional(),
  per_output_token_ms: amount.optional(),
  slots: whole.optional(),
  tpm: whole.optional(),
  rpm: whole.optional(),
  window: z.enum(windows).optional(),
  refund: z.boolean().optional(),
  headers: z.enum(headerStyles).optional(),
  retry_after: z.boolean().optional(),
  count_repeats: z.boolean().optional(),
  faults: z.strictObject(faultsShape).optional(),
};
const changeSchema = z.strictObject(changeShape);

function sentence(issue: z.core.$ZodIssue): string {
  const where = ['control', ...issue.path].join('.');
  if (issue.code !== 'unrecognized_keys') return `${where}: ${issue.message}`;
  const known = issue.path[0] === 'faults' ? faultNames : Object.keys(changeShape);
  return issue.keys.map((key) => unknownKey(key, where, known)).join('; ');
}

/**
 * Checks a control message.
 * @throws SemtelError `config`: one sentence per broken bound; an unknown key is named with the nearest known one.
 */
export function parseControl(value: unknown): ControlChange {
  const parsed = changeSchema.safeParse(value);
  if (parsed.success) return parsed.data as ControlChange;
  throw new SemtelError('config', parsed.error.issues.map(sentence).join('\n'));
}

function defined<T extends object>(part: T): Partial<T> {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** `control` with the fields of `change`; faults that are not named keep their probability. */
export function mergeControl(control: Control, change: ControlChange): Control {
  const { endpoint: _, faults, ...rest } = change;
  return { ...control, ...defined(rest), faults: { ...control.faults, ...defined(faults ?? {}) } };
}
