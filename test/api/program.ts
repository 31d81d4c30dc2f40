import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log, SettingsInput } from '../../src/api/index.ts';
import { noLog } from '../../src/base/log.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';

interface Given {
  readonly config: SettingsInput;
  readonly folder: string;
  readonly log: Log;
}

/** What a program gives: settings for a simulated endpoint that answers by marks, in a folder of its own. */
export async function withEndpoint(
  control: Record<string, unknown>,
  work: (options: Given, simulator: Simulator) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-api-'));
  const simulator = await startSimulator({
    port: 0,
    control: { answers: 'marked', latency_ms: 0, ...control },
  });
  const config: SettingsInput = {
    listen: '127.0.0.1:0',
    status: '127.0.0.1:0',
    workers: 1,
    store: 'off',
    models: { default: { endpoints: [{ base_url: `${simulator.url}/v1` }] } },
  };
  try {
    await work({ config, folder, log: noLog }, simulator);
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true });
  }
}
