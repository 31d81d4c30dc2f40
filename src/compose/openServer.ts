import { resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Catalogue } from '../classifier/catalogue.ts';
import { prometheusMetrics } from '../observe/prometheus.ts';
import { type RunningServer, startServer } from '../server/grpcServer.ts';
import { type RunningStatus, startStatus } from '../server/status.ts';
import { compose } from './compose.ts';
import { clearTextTokens, refuseOpenListening } from './config/exposure.ts';
import type { Config } from './config/load.ts';
import { version } from './version.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly log: Log;
  /** True: lets anybody in who can reach the address. */
  readonly insecure: boolean;
}

/** What labels, with all its doors open. */
export interface OpenServer {
  /** `host:port` of gRPC and Flight, as it can be dialled. */
  readonly address: string;
  /** `host:port` of the status port; null where it is off. */
  readonly status: string | null;
  /** Takes nothing new, lets open exchanges finish for `drainMs`, then closes all that was opened. */
  close(drainMs: number): Promise<void>;
}

/** Opens the doors that the settings name, before all that labels. Rejects `config` where it cannot, or may not, listen. */
export async function openServer({ config, catalogue, log, insecure }: ServerOptions): Promise<OpenServer> {
  refuseOpenListening(config, insecure);
  const warning = clearTextTokens(config);
  if (warning !== null) log.warn(warning);
  const metrics = prometheusMetrics(version);
  const composition = await compose({ config, catalogue, log, metrics });
  const { service, engine } = composition;
  let server: RunningServer | undefined;
  let page: RunningStatus | undefined;
  const close = async (drainMs: number) => {
    await server?.close(drainMs);
    await page?.close();
    await composition.close();
  };
  try {
    const doors = { service, listen: config.listen, metrics, log, clock: systemClock };
    server = await startServer({ ...doors, ...security(config) });
    if (config.status !== 'off') {
      const { scrape } = metrics;
      page = await startStatus({ service, listen: config.status, scrape, log });
    }
    const { address } = server;
    const status = page === undefined ? null : config.status.replace(/:\d+$/, `:${page.port}`);
    log.info('Serving.', {
      listen: address,
      status: status ?? 'off',
      version,
      classifiers: service.list().map(({ name }) => name),
      models: engine.models,
      settings: config.origin,
    });
    return { address, status, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function security({ auth, folder }: Config) {
  if (auth === null) return {};
  const { tls, tokens } = auth;
  const file = (path: string) => resolve(folder, path);
  return {
    tokens: tokens.map(({ name, token, weight }) => ({ name, token: token.read(), weight })),
    ...(tls !== null && {
      tls: {
        cert: file(tls.cert),
        key: file(tls.key),
        clientCa: tls.client_ca === null ? null : file(tls.client_ca),
      },
    }),
  };
}
