import { systemClock } from '../../base/clock.ts';
import type { Scope } from '../../base/scope.ts';
import { classifierList, configuredCatalogue, namedClassifiers } from '../../compose/catalogue.ts';
import { compose } from '../../compose/compose.ts';
import { connect } from '../../server/client.ts';
import type { Arguments } from '../arguments.ts';
import { localSetup } from '../setup.ts';
import type { Terminal } from '../terminal.ts';
import { callOutcomes } from './callOutcomes.ts';
import type { Asked, Labeller } from './labeller.ts';
import { localLabeller } from './localLabeller.ts';
import { remoteLabeller } from './remoteLabeller.ts';
import type { RunRequest } from './request.ts';
import { parseTarget } from './target.ts';

/** Said at most so often while a server is away. */
const sayEveryMs = 10_000;

/** A service in this process, or the server asked for; rejects before anything is sent when it cannot do the job. */
export async function openLabeller(
  request: RunRequest,
  asked: Omit<Asked, 'classifiers'>,
  args: Arguments,
  terminal: Terminal,
  scope: Scope,
): Promise<Labeller> {
  if (request.server !== undefined) {
    return openRemote(
      request.server,
      { ...asked, classifiers: classifierList(request.classifiers) },
      terminal,
      scope,
    );
  }
  const { config, log } = localSetup(args, terminal);
  const catalogue = configuredCatalogue(config, terminal.env, log);
  const classifiers = namedClassifiers(classifierList(request.classifiers), catalogue, terminal.folder);
  const { keepAnswers, keepCalls } = request;
  const outcomes = callOutcomes();
  const composition = await compose({ config, catalogue, log, keepAnswers, keepCalls, metrics: outcomes });
  return localLabeller(composition, outcomes, { ...asked, classifiers }, classifiers.map(catalogue.get));
}

async function openRemote(server: string, asked: Asked, terminal: Terminal, scope: Scope): Promise<Labeller> {
  const { address, tls } = parseTarget(server);
  const token = terminal.env.SEMTEL_TOKEN;
  const client = connect(address, { ...(token && { token }), ...(tls && { tls: {} }) });
  let saidAt = Number.NEGATIVE_INFINITY;
  const remote = {
    client,
    target: server,
    clock: systemClock,
    random: Math.random,
    onWait: ({ message }: Error) => {
      if (systemClock.now() - saidAt < sayEveryMs) return;
      saidAt = systemClock.now();
      terminal.say(`Waiting for ${server}: ${message}`);
    },
  };
  try {
    return await remoteLabeller(remote, asked, scope);
  } catch (error) {
    client.close();
    throw error;
  }
}
