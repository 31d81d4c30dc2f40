import { messageOf } from '../base/error.ts';
import { parseControl } from '../simulate/control.ts';
import { startSimulator } from '../simulate/simulator.ts';
import { wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';

const defaultPort = 8099;

export const command: Command = {
  usage: 'semtel simulate [--port N] [--control JSON]',
  about:
    'Plays an OpenAI-compatible provider with quotas, latency and faults, for trials without cost.\nPOST /semtel/control changes it while it runs; a path prefix (/east/v1) is an endpoint of its own.',
  example: `semtel simulate --control '{"answers":"marked","latency_ms":50}'`,
  options: {
    port: { type: 'string', value: 'N', help: `port on 127.0.0.1 (default ${defaultPort}; 0: any)` },
    control: { type: 'string', value: 'JSON', help: 'behaviour at the start, as for POST /semtel/control' },
  },
  async run(args, terminal) {
    const port = args.number('port', { min: 0, max: 65_535, whole: true }) ?? defaultPort;
    const simulator = await startSimulator({ port, control: controlOf(args.text('control')) });
    terminal.say(`semtel simulate: ${simulator.url}/v1 answers; OPENAI_BASE_URL=${simulator.url}/v1`);
    await new Promise<void>((stop) => terminal.onInterrupt(() => stop()));
    await simulator.close();
    return exitCodes.done;
  },
};

function controlOf(json: string | undefined) {
  if (json === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw wrong(`--control must be JSON (${messageOf(error)}).`);
  }
  return parseControl(value);
}
