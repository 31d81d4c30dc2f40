import { promptDigestOf } from '../base/promptDigest.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { configuredCatalogue, namedClassifiers } from '../compose/catalogue.ts';
import { wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { promptSetup } from './setup.ts';
import { table } from './table.ts';

export const command: Command = {
  usage: 'semtel classifiers [NAME|FILE.prompty]',
  about: 'Lists the classifiers that can be asked for, or shows one with its labels.',
  example: 'semtel classifiers topic',
  options: {},
  async run(args, terminal) {
    const [name, ...more] = args.positionals;
    if (more.length > 0) throw wrong('name one classifier, or none for the list.');
    const { config, log } = promptSetup(args, terminal);
    const catalogue = configuredCatalogue(config, terminal.env, log);
    const [wanted] = name === undefined ? [] : namedClassifiers([name], catalogue, terminal.folder);
    const text = wanted === undefined ? list(catalogue.list()) : describe(catalogue.get(wanted));
    terminal.stdout.write(`${text}\n`);
    return exitCodes.done;
  },
};

function list(classifiers: readonly Classifier[]): string {
  return table(
    ['name', 'model', 'outputs', 'description'],
    classifiers.map(({ name, model, outputs, description }) => [
      name,
      model,
      outputs.length > 3 ? `${outputs.length} outputs` : outputs.map((output) => output.name).join(', '),
      firstSentence(description),
    ]),
  );
}

function firstSentence(text: string): string {
  return text.match(/^.*?[.!?](?=\s|$)/s)?.[0] ?? text;
}

function describe({ name, description, model, digest, truncate, outputs, labels }: Classifier): string {
  const cut = truncate === null ? 'never' : `to ${truncate.maxTokens} tokens, ${truncate.strategy}`;
  return [
    `${name}: ${description}`,
    `model ${model} · digest ${promptDigestOf(digest)} · long conversations are cut ${cut}`,
    ...outputs.map((output) => {
      const set = labels[output.name] ?? [];
      const head = `\n${output.name} (${output.kind})${output.description ? `: ${output.description}` : ''}`;
      return [
        head,
        ...(set.length === 0 ? [] : [indent(table(['label', 'definition'], set.map(labelRow)))]),
      ].join('\n');
    }),
  ].join('\n');
}

function labelRow({ name, definition }: { readonly name: string; readonly definition: string }) {
  return [name, definition];
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
