/**
 * The engine against its alternatives: `semtel serve` and four ways to do without it answer the same rows at the same
 * simulated endpoints, over real sockets, one after another, each in processes of its own and with a fresh simulator.
 *
 *   node scripts/bench/endpoints.ts [--case NAME,...] [--who semtel,openai,...] [--seconds 20] [--seed 1]
 *                                   [--widths 16,64,256] [--quick] [--verbose]
 *
 * `--quick` is 8 s a case, one width, and no fixed minutes. Of each alternative the best width and setting stands in the table.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Candidate } from './endpoints/candidate.ts';
import { allCases, type Case } from './endpoints/cases.ts';
import { freePort } from './endpoints/freePort.ts';
import { pythonLoop, pythonLoops, sdkLoop } from './endpoints/loops.ts';
import { pythonVenv, type Venv } from './endpoints/pythonVenv.ts';
import { semtel } from './endpoints/semtel.ts';
import { startSimulation } from './endpoints/simulation.ts';
import { best, type Line, table } from './endpoints/table.ts';
import { workOf } from './endpoints/work.ts';

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    who: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    widths: { type: 'string' },
    quick: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const { quick } = values;
const seconds = Number(values.seconds ?? (quick ? 8 : 20));
const seed = Number(values.seed);
const widths = (values.widths ?? (quick ? '16' : '16,64,256')).split(',').map(Number);

/** Long enough for an attempt of a minute. Whoever needs longer is stopped, and the rows without an answer are lost. */
const stopAfterS = ({ idealS, outageS = 0 }: Case): number => 3 * idealS + outageS + 70;

async function line(candidate: Candidate, situation: Case): Promise<Line> {
  const work = workOf(situation, seed);
  const addresses = { port: await freePort(), closedPort: await freePort() };
  const prepared = await candidate.prepare(situation, work, addresses, stopAfterS(situation));
  const simulation = await startSimulation(situation, work, addresses, seed);
  try {
    simulation.begin();
    const outcome = await prepared.run();
    const result = { outcome, seen: await simulation.end() };
    const done: Line = { situation, who: candidate.name, result };
    console.error(table([done]).split('\n').at(-1));
    if (values.verbose) for (const complaint of outcome.complaints) console.error(`    ${complaint}`);
    return done;
  } finally {
    await prepared.stop();
    await simulation.stop();
  }
}

interface Who {
  readonly name: string;
  /** One for each width and setting that is to be tried, or why there is none. */
  readonly candidates: readonly Candidate[] | string;
}

function everybody(venv: Venv): Who[] {
  const python = Object.keys(pythonLoops) as (keyof typeof pythonLoops)[];
  return [
    { name: 'semtel', candidates: [semtel] },
    { name: 'openai SDK', candidates: widths.map(sdkLoop) },
    ...python.map((name) => ({
      name,
      candidates:
        'missing' in venv ? `not installed: ${venv.missing}` : pythonLoop(venv.python, name, widths),
    })),
  ];
}

async function bestLine({ name, candidates }: Who, situation: Case): Promise<Line> {
  if (typeof candidates === 'string') return { situation, who: name, result: candidates };
  const lines: Line[] = [];
  for (const candidate of candidates) lines.push(await line(candidate, situation));
  return best(lines);
}

/** Those of `all` that were named, all without a list; a name that fits none ends the script. */
function named<T extends { readonly name: string }>(
  all: readonly T[],
  list: string | undefined,
): readonly T[] {
  if (list === undefined) return all;
  return list.split(',').map((name) => {
    const found = all.find((each) => each.name.toLowerCase().startsWith(name.toLowerCase()));
    if (found === undefined)
      throw new Error(`There is no ${name}; there are: ${all.map((each) => each.name).join(', ')}.`);
    return found;
  });
}

const cases = allCases(seconds, quick).filter(({ name }) => !quick || name !== 'minute' || values.case);
const whos = named(everybody(await pythonVenv()), values.who);
const lines: Line[] = [];
for (const situation of named(cases, values.case)) {
  for (const who of whos) lines.push(await bestLine(who, situation));
}
console.log(table(lines));
console.log(`
${new Date().toISOString().slice(0, 16)}Z, seed ${seed}, ${seconds} s a case, widths ${widths.join('/')}; Node ${process.version}, ${cpus().length} x ${cpus()[0]!.model}.
quota used: tokens admitted / tokens offered, from 10 % to 79 % of the ideal time or to the end of the work.
rows lost: rows that did not end with their own label. to dead: calls that reached the dead endpoint.
CPU: of the client's processes, per row with its label; semtel's is the server with gRPC, and the client that asks it.
The number behind a name is how many calls it makes at once.
The alternatives: endpoints in turn by their quota, rows of all jobs in turn, 10 s a request, an unreadable reply asked for once more.
openai SDK and openai-python: two retries, their default. LiteLLM Router: simple-shuffle weighted by tpm, three retries, with and without cooldowns.
openaivec: one conversation a request, the SDK's retries, the whole list asked again up to ten times when it fails.`);
process.exit(0);
