import { existsSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { noMetrics } from '../base/metrics.ts';
import { plural } from '../base/plural.ts';
import { openScope } from '../base/scope.ts';
import { lintClassifier } from '../classifier/lint.ts';
import { configuredCatalogue } from '../compose/catalogue.ts';
import { engineConfig } from '../compose/config/engineConfig.ts';
import type { ProbeResult } from '../llm/call.ts';
import { createEngine } from '../llm/engine.ts';
import { wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { type ExitCode, exitCodes } from './exitCodes.ts';
import { localSetup } from './setup.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** A cold self-hosted model takes its time over the first call. */
const probeMs = 60_000;

export const command: Command = {
  usage: 'semtel check [FILE.prompty…]',
  about:
    'Without a file: reads the settings, loads all prompts and makes one small call to every endpoint.\nWith files: lints them. Exit code 2 where a file cannot be loaded, 3 where it could be better or an endpoint does not answer.',
  example: 'semtel check prompts/topic.prompty',
  options: {},
  async run(args, terminal) {
    if (args.positionals.length > 0) return lint(args.positionals, terminal);
    const { config, log } = localSetup(args, terminal);
    const names = configuredCatalogue(config, terminal.env, log)
      .list()
      .map(({ name }) => name);
    terminal.stdout.write(`settings   ${config.origin}: ok\nprompts    ${names.join(', ')}: ok\n`);
    const dependencies = { clock: systemClock, random: Math.random, log, metrics: noMetrics };
    const engine = createEngine(engineConfig(config), dependencies);
    const scope = openScope(systemClock, { deadlineMs: systemClock.now() + probeMs });
    try {
      const results = await engine.probe(scope);
      terminal.stdout.write(`\n${probeTable(results)}\n`);
      return results.every(({ ok }) => ok) ? exitCodes.done : exitCodes.notGoodEnough;
    } finally {
      scope.dispose();
      await engine.close();
    }
  },
};

function lint(files: readonly string[], terminal: Terminal): ExitCode {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw wrong(`${missing}: there is no such file.`);
  const findings = files.flatMap((file) => lintClassifier(file, { env: terminal.env }));
  for (const { file, line, column, rule, message } of findings) {
    terminal.stdout.write(`${file}:${line}:${column}: ${message} (${rule})\n`);
  }
  terminal.say(`${plural(files.length, 'file')}, ${plural(findings.length, 'finding')}`);
  if (findings.some(({ rule }) => rule === 'load')) return exitCodes.usage;
  return findings.length === 0 ? exitCodes.done : exitCodes.notGoodEnough;
}

/** What one call to each endpoint taught, one row each. */
export function probeTable(results: readonly ProbeResult[]): string {
  const limit = (value: number | null) => (value === null ? 'none seen' : value.toLocaleString('en'));
  return table(
    ['model', 'endpoint', 'ok', 'structured', 'tokens/min', 'requests/min', 'ms', 'detail'],
    results.map(({ model, endpoint, ok, structured, quota, latencyMs, detail }) => [
      model,
      endpoint,
      ok ? 'yes' : 'NO',
      structured ?? '',
      limit(quota.tokens),
      limit(quota.requests),
      latencyMs === null ? '' : String(Math.round(latencyMs)),
      detail,
    ]),
  );
}
