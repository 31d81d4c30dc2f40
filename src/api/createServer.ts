import { openServer } from '../compose/openServer.ts';
import type { CreateServerOptions } from './options.ts';
import { programSettings, refuseUnknown } from './settings.ts';

/** A server in this process. `await using` closes it, too. */
export interface SemtelServer extends AsyncDisposable {
  /** `host:port` of gRPC and Arrow Flight, as it can be dialled; with `listen: 127.0.0.1:0` a free port. */
  readonly address: string;
  /** `host:port` of the status port; null where it is off. */
  readonly status: string | null;
  /**
   * Takes nothing new at once, lets open exchanges finish for `drainMs` (default: `timeouts.drain_s` of the settings),
   * keeps what is answered, and frees ports, threads and files.
   */
  close(drainMs?: number): Promise<void>;
}

/**
 * Starts what `semtel serve` starts, in this process: gRPC and Arrow Flight on one port, and the status port. Signals
 * are the program's matter. Rejects with a SemtelError (`config`, `prompt`) that says what to mend; nothing is open then.
 */
export async function createServer(options: CreateServerOptions = {}): Promise<SemtelServer> {
  refuseUnknown(options, ['config', 'folder', 'log', 'insecure']);
  const { config, catalogue, log } = programSettings(options);
  const server = await openServer({ config, catalogue, log, insecure: options.insecure ?? false });
  const close = (drainMs = config.timeouts.drain_s * 1000) => server.close(drainMs);
  return {
    address: server.address,
    status: server.status,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}
