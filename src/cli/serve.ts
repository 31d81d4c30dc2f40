import { resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { EndpointView } from '../llm/call.ts';
import { prometheusMetrics } from '../observe/prometheus.ts';
import { startServer } from '../server/grpcServer.ts';
import { startStatus } from '../server/status.ts';
import { wrong } from './arguments.ts';
import { configuredCatalogue } from './catalogue.ts';
import type { Command } from './command.ts';
import { type Composition, compose } from './compose.ts';
import { clearTextTokens, refuseOpenListening } from './config/exposure.ts';
import { parseAddress } from './config/fields.ts';
import type { Config } from './config/load.ts';
import { exitCodes } from './exitCodes.ts';
import { serverSetup } from './setup.ts';
import { version } from './version.ts';

export const command: Command = {
  usage: 'semtel serve [--listen HOST:PORT] [--insecure]',
  about:
    'Answers gRPC (semtel.v1) and Arrow Flight clients on one port until SIGTERM or SIGINT, then drains.',
  example: 'semtel serve --listen 127.0.0.1:8815',
  options: {
    listen: { type: 'string', value: 'HOST:PORT', help: 'in place of the configured address' },
    insecure: { type: 'boolean', help: 'let anybody in who can reach the address' },
  },
  async run(args, terminal) {
    const setup = serverSetup(args, terminal);
    const { log } = setup;
    const listen = args.text('listen') ?? setup.config.listen;
    if (parseAddress(listen) === undefined)
      throw wrong('--listen must be HOST:PORT, such as 127.0.0.1:8815.');
    const config = { ...setup.config, listen };
    refuseOpenListening(config, args.flag('insecure'));
    const warning = clearTextTokens(config);
    if (warning !== null) log.warn(warning);
    const interrupted = new Promise<void>((stop) => {
      terminal.onInterrupt((times) => {
        // Whoever asks twice does not want to wait.
        if (times > 1) process.exit(exitCodes.interrupted);
        stop();
      });
    });
    const metrics = prometheusMetrics(version);
    const composition = await compose({
      config,
      catalogue: configuredCatalogue(config, terminal.env, log),
      log,
      metrics,
    });
    try {
      await serveUntil(interrupted, composition, config, metrics, log);
    } finally {
      await composition.close();
    }
    return exitCodes.done;
  },
};

async function serveUntil(
  stop: Promise<void>,
  { service, engine }: Composition,
  config: Config,
  metrics: ReturnType<typeof prometheusMetrics>,
  log: Log,
): Promise<void> {
  const drainMs = config.timeouts.drain_s * 1000;
  const server = await startServer({
    service,
    ...security(config),
    listen: config.listen,
    metrics,
    log,
    clock: systemClock,
  });
  try {
    const status =
      config.status === 'off'
        ? undefined
        : await startStatus({
            service,
            listen: config.status,
            scrape: metrics.scrape,
            endpoints: () => engine.view().map(endpointRow),
            log,
          });
    log.info('Serving.', {
      listen: server.address,
      status: status === undefined ? 'off' : config.status.replace(/:\d+$/, `:${status.port}`),
      version,
      classifiers: service.list().map(({ name }) => name),
      models: engine.models,
      settings: config.origin,
    });
    await stop;
    log.info('Draining.', { seconds: config.timeouts.drain_s });
    await server.close(drainMs);
    await status?.close();
    log.info('Stopped.');
  } catch (error) {
    await server.close(0);
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

function endpointRow(view: EndpointView) {
  const part = (unit: 'tokens' | 'requests') => {
    const [used, quota] = [view.used[unit], view.quota[unit]];
    if (used === null || quota === null) return 'no limit known';
    const learned = unit === 'requests' && view.learned ? ' (learned)' : '';
    return `${Math.round(used * 100)} % of ${Math.round(quota).toLocaleString('en')}${learned}`;
  };
  return {
    model: view.model,
    endpoint: view.endpoint,
    state: view.state,
    'in flight': view.inflight,
    'at most': Math.floor(view.concurrencyLimit),
    'tokens a minute': part('tokens'),
    'requests a minute': part('requests'),
    'median ms': view.latencyMs === null ? '' : Math.round(view.latencyMs),
    reason: view.reason ?? '',
  };
}
