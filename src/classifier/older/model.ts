import { isScalar, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import {
  drop,
  type Entry,
  entryOf,
  type Mapping,
  mappingOf,
  type Notes,
  plain,
  rename,
  take,
  under,
} from './keys.ts';

const optionNames = [
  ['max_tokens', 'maxOutputTokens'],
  ['max_completion_tokens', 'maxOutputTokens'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['presence_penalty', 'presencePenalty'],
  ['stop', 'stopSequences'],
] as const;

const present = new Set<string>([
  'temperature',
  'seed',
  'additionalProperties',
  ...optionNames.map(([, name]) => name),
]);

const calling = ['tools', 'tool_choice', 'functions', 'function_call', 'parallel_tool_calls'];

function refuseWhatCannotBe(options: Mapping, at: string, notes: Notes): void {
  for (const key of calling) {
    const entry = entryOf(options, key);
    if (entry !== undefined) notes.refuse(entry, `${at}${key}: a classifier calls no tools; remove it`);
  }
  const stream = entryOf(options, 'stream');
  if (stream !== undefined && plain(stream.value) !== false)
    notes.refuse(stream, `${at}stream: replies are read whole; remove it`);
  drop(options, 'stream', at, 'replies are read whole', notes);
}

/** The properties of a JSON Schema in `response_format`, for `outputs`; undefined where it holds none. */
function schemaProperties(format: Entry, at: string, notes: Notes): unknown {
  const map = mappingOf(format.value);
  if (map === undefined) {
    return notes.refuse(format, `${at}response_format: the schema must stand here or, better, under outputs`);
  }
  const wrapper = mappingOf(under(map, 'json_schema'));
  const schema = wrapper && mappingOf(under(wrapper, 'schema'));
  return schema && under(schema, 'properties');
}

function upgradeOptions(options: Mapping, at: string, root: Mapping, notes: Notes): void {
  refuseWhatCannotBe(options, at, notes);
  for (const name of optionNames) {
    const renamed = rename(options, name, at, notes);
    if (name[0] !== 'stop' || renamed === undefined || !isScalar(renamed.value)) continue;
    const list = new YAMLSeq();
    list.items.push(renamed.value);
    renamed.value = list;
  }
  const format = take(options, 'response_format');
  if (format === undefined) return;
  const declared = entryOf(root, 'outputs') !== undefined;
  const properties = declared ? undefined : schemaProperties(format, at, notes);
  if (properties === undefined) {
    notes.mapped(format, `${at}response_format is not used: replies are asked for by the outputs`);
  } else {
    format.key.value = 'outputs';
    format.value = properties;
    root.items.push(format);
    notes.mapped(format, `the schema in ${at}response_format is now outputs`);
  }
}

/** What Prompty 2 has no name for was sent as it is. */
function keepOthers(options: Mapping, at: string, notes: Notes): void {
  const others = options.items.filter(({ key }) => !present.has(key.value));
  if (others.length === 0) return;
  const kept = mappingOf(under(options, 'additionalProperties')) ?? (new YAMLMap() as Mapping);
  if (entryOf(options, 'additionalProperties') === undefined)
    options.items.push(new Pair(new Scalar('additionalProperties'), kept));
  for (const { key } of others) {
    const entry = take(options, key.value)!;
    kept.items.push(entry);
    notes.mapped(entry, `${at}${key.value} is now in additionalProperties`);
  }
}

/** Names of today for `model`; a schema in its `response_format` becomes the root's `outputs`. */
export function upgradeModel(root: Mapping, notes: Notes): void {
  const model = mappingOf(under(root, 'model'));
  if (model === undefined) return;
  const at = 'model.';
  rename(model, ['api', 'apiType'], at, notes);
  rename(model, ['configuration', 'connection'], at, notes);
  drop(model, 'response', at, 'replies are read by the outputs', notes);
  const parameters = mappingOf(under(model, 'parameters'));
  if (parameters !== undefined) {
    upgradeOptions(parameters, 'model.parameters.', root, notes);
    keepOthers(parameters, 'model.parameters.', notes);
  }
  rename(model, ['parameters', 'options'], at, notes);
  const options = mappingOf(under(model, 'options'));
  if (options !== undefined && options !== parameters) upgradeOptions(options, 'model.options.', root, notes);
}
