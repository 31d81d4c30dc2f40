import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Candidate, Outcome } from './candidate.ts';
import type { Case, CaseEndpoint } from './cases.ts';
import { freePort } from './freePort.ts';
import type { LoopReport, LoopSpec } from './loopSpec.ts';
import { originOf, urlOf } from './simulation.ts';
import type { Work } from './work.ts';

/** Shorter than the libraries' ten minutes, as one sets it for small answers. */
const timeoutS = 10;

/** A child that speaks lines. */
interface Lines {
  readonly child: ChildProcess;
  next(): Promise<string>;
  stop(): Promise<void>;
}

function startLines(command: string, args: readonly string[]): Lines {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const closed = once(child, 'close');
  return {
    child,
    async next() {
      const line = await lines.next();
      if (line.done) throw new Error(`${args.join(' ')} ended without a word`);
      return line.value;
    },
    async stop() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** The rows of client number `index` of `clients`. */
const partOf = (work: Work, index: number, clients: number): LoopSpec['jobs'] =>
  work.jobs.map((rows) =>
    rows.filter((_, at) => at % clients === index).map(({ user, label }) => ({ user, label })),
  );

interface LoopKind {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Speaks the Responses API. */
  readonly responses?: boolean;
}

function specsOf(
  situation: Case,
  work: Work,
  width: number,
  stopAfterS: number,
  url: (endpoint: CaseEndpoint) => string,
): LoopSpec[] {
  const { system, schema, maxOutputTokens } = work;
  const clients = situation.clients ?? 1;
  const { label } = (schema as { properties: { label: { enum: string[] } } }).properties;
  return Array.from(
    { length: clients },
    (_, index): LoopSpec => ({
      endpoints: situation.endpoints.map((endpoint) => ({
        name: endpoint.name,
        url: url(endpoint),
        weight: endpoint.rowsPerSecond,
        tpm:
          endpoint.control?.slots === undefined
            ? Math.round(endpoint.rowsPerSecond * 60 * work.tokensPerRow)
            : 0,
      })),
      width,
      timeoutS,
      stopAfterS,
      system,
      schema,
      maxOutputTokens,
      labels: label.enum,
      jobs: partOf(work, index, clients),
    }),
  );
}

function together(reports: readonly LoopReport[]): Outcome {
  const sum = (of: (report: LoopReport) => number) => reports.reduce((all, report) => all + of(report), 0);
  return {
    right: sum(({ right }) => right),
    tookMs: Math.max(...reports.map(({ tookMs }) => tookMs)),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    jobsMs: reports[0]!.jobsMs,
    complaints: [...new Set(reports.flatMap(({ complaints }) => complaints))],
  };
}

function loop(kind: LoopKind, width: number): Candidate {
  return {
    name: `${kind.name}, ${width}`,
    async prepare(situation, work, addresses, stopAfterS) {
      const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));
      const adapterPort = kind.responses ? await freePort() : null;
      const origin = adapterPort === null ? originOf(addresses) : `http://127.0.0.1:${adapterPort}`;
      const url = (endpoint: CaseEndpoint) => urlOf(endpoint, addresses, origin);
      const files = specsOf(situation, work, width, stopAfterS, url).map((spec, index) => {
        const file = join(folder, `${index}.json`);
        writeFileSync(file, JSON.stringify(spec));
        return file;
      });
      const children: Lines[] = [];
      const start = (command: string, args: readonly string[]) => {
        const lines = startLines(command, args);
        children.push(lines);
        return lines;
      };
      if (adapterPort !== null) {
        const adapter = join(import.meta.dirname, 'responsesAdapter.ts');
        await start(process.execPath, [adapter, files[0]!, originOf(addresses), String(adapterPort)]).next();
      }
      const clients = files.map((file) => start(kind.command, [...kind.args, file]));
      await Promise.all(clients.map((client) => client.next()));
      return {
        async run() {
          for (const { child } of clients) child.stdin!.write('go\n');
          const reports = await Promise.all(clients.map((client) => client.next()));
          return together(reports.map((report) => JSON.parse(report) as LoopReport));
        },
        async stop() {
          await Promise.all(children.map((child) => child.stop()));
          rmSync(folder, { recursive: true });
        },
      };
    },
  };
}

export const sdkLoop = (width: number): Candidate =>
  loop(
    { name: 'openai SDK', command: process.execPath, args: [join(import.meta.dirname, 'sdkLoop.ts')] },
    width,
  );

/** The alternatives in Python by the name that the table gives them, each with the settings to try. */
export const pythonLoops = {
  'openai-python': ['openai'],
  // Its cooldowns help against dead endpoints, and lose rows where every endpoint refuses now and then.
  'LiteLLM Router': ['litellm', 'litellm-no-cooldown'],
  openaivec: ['openaivec'],
} as const;

/** Each of its settings at each width. */
export const pythonLoop = (
  python: string,
  name: keyof typeof pythonLoops,
  widths: readonly number[],
): Candidate[] =>
  pythonLoops[name].flatMap((setting, index) =>
    widths.map((width) =>
      loop(
        {
          name: index === 0 ? name : `${name} (${setting.replace(/^\w+-/, '')})`,
          command: python,
          args: [join(import.meta.dirname, 'loop.py'), setting],
          responses: name === 'openaivec',
        },
        width,
      ),
    ),
  );
