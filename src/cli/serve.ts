import { configuredCatalogue } from '../compose/catalogue.ts';
import { parseAddress } from '../compose/config/fields.ts';
import { openServer } from '../compose/openServer.ts';
import { wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { serverSetup } from './setup.ts';

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
    const interrupted = new Promise<void>((stop) => {
      terminal.onInterrupt((times) => {
        // Whoever asks twice does not want to wait.
        if (times > 1) process.exit(exitCodes.interrupted);
        stop();
      });
    });
    const server = await openServer({
      config,
      catalogue: configuredCatalogue(config, terminal.env, log),
      log,
      insecure: args.flag('insecure'),
    });
    await interrupted;
    const { drain_s } = config.timeouts;
    log.info('Draining.', { seconds: drain_s });
    await server.close(drain_s * 1000);
    log.info('Stopped.');
    return exitCodes.done;
  },
};
