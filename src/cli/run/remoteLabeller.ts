import type { Clock } from '../../base/clock.ts';
import { SemtelError } from '../../base/error.ts';
import type { Random } from '../../base/random.ts';
import { type Scope, sleep } from '../../base/scope.ts';
import type { SemtelClient } from '../../server/client.ts';
import { unknownCapacity } from '../estimate/capacity.ts';
import type { Asked, KnownClassifier, Labeller } from './labeller.ts';

/** Long enough for a server that is there, short enough for a wrong address to be told at once. */
const firstAnswerMs = 10_000;
/** A batch waits this long for a server that went away: restarts and roll-outs take minutes. */
const patienceMs = 600_000;
/** Longest answer to one batch, as in the Python client. */
const exchangeMs = 3_600_000;
const backoffMs = 200;
/** A server that came back is found within seconds. */
const backoffMaxMs = 5_000;

export interface RemoteOptions {
  readonly client: SemtelClient;
  /** For words. */
  readonly target: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Told each time a batch has to wait for the server. */
  onWait(reason: SemtelError): void;
}

/** Labels through a server's own proto; a batch that it cannot take now is sent again. */
export async function remoteLabeller(options: RemoteOptions, asked: Asked, scope: Scope): Promise<Labeller> {
  const { client } = options;
  return {
    classifiers: await knownClassifiers(options, asked, scope),
    async label({ ipc, rows, input }, scope) {
      const send = (signal: AbortSignal) =>
        client.classify(
          { ...asked, conversation: input.conversation, id: input.id },
          { ipc, rowCount: rows },
          { timeoutMs: exchangeMs, signal },
        );
      const { batch, ledger } = await sendingAgain(send, options, scope);
      return { ipc: batch.ipc, rows: batch.rowCount, ledger };
    },
    tally: null,
    capacity: unknownCapacity,
    trouble: null,
    currency: '',
    close: async () => client.close(),
  };
}

async function knownClassifiers(
  { client, target }: RemoteOptions,
  { classifiers, model }: Asked,
  scope: Scope,
): Promise<readonly KnownClassifier[]> {
  const known = await withSignal(scope, (signal) =>
    client.listClassifiers({ timeoutMs: firstAnswerMs, signal }),
  ).catch((error: SemtelError) => {
    if (error.kind !== 'not_admitted') throw error;
    throw new SemtelError('unreachable', `${target} did not answer within ${firstAnswerMs / 1000} s.`);
  });
  return classifiers.map((name) => {
    const found = known.find((classifier) => classifier.name === name);
    if (found !== undefined) return { name, digest: found.digest, model: model || found.model };
    const names = known.map((classifier) => classifier.name).join(', ');
    throw new SemtelError('unknown_classifier', `${target} has no classifier "${name}"; it has: ${names}.`);
  });
}

/** Repeats `send` while the error says that it may be: as the server tells, else with exponential back-off. */
async function sendingAgain<T>(
  send: (signal: AbortSignal) => Promise<T>,
  { clock, random, onWait }: RemoteOptions,
  scope: Scope,
): Promise<T> {
  const giveUpAt = clock.now() + patienceMs;
  let internalErrors = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      return await withSignal(scope, send);
    } catch (error) {
      if (!(error instanceof SemtelError) || scope.ended !== undefined) throw error;
      // Contract section 5: an internal error is worth one more try.
      const again = error.retryable || (error.kind === 'internal' && internalErrors++ === 0);
      if (!again || clock.now() >= giveUpAt) throw error;
      onWait(error);
      const ceiling = Math.min(backoffMaxMs, backoffMs * 2 ** attempt);
      await sleep(clock, error.retryAfterMs ?? ceiling * (0.5 + random() / 2), scope);
    }
  }
}

/** Runs `work` with a signal that aborts when the scope ends; it then rejects with the scope's reason. */
async function withSignal<T>(scope: Scope, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const leave = scope.onEnd(() => controller.abort());
  try {
    return await work(controller.signal);
  } catch (error) {
    throw scope.ended ?? error;
  } finally {
    leave();
  }
}
