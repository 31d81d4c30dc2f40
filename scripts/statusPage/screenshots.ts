/**
 * Screenshots of the status page while jobs run at simulated endpoints, one of which has died: `docs/status-page.png`, and
 * in the folder of `--out` also dark, as wide as a tablet and a phone, and before it died.
 *
 *   node scripts/statusPage/screenshots.ts [--out FOLDER]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect, createServer } from '../../src/api/index.ts';
import { startSimulator } from '../../src/simulate/simulator.ts';
import { batchesOf } from '../bench/batches.ts';
import { type Look, openTab } from './chromium.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const docs = fileURLToPath(new URL('../../docs', import.meta.url));
/** The quotas are full, or the dead endpoint is out, by then. */
const settledMs = 12_000;
const looks = [
  { name: 'status-page', width: 1240, height: 620 },
  { name: 'status-page-dark', width: 1240, height: 620, scheme: 'dark' },
  { name: 'status-page-tablet', width: 800, height: 900 },
  { name: 'status-page-phone', width: 390, height: 844 },
  { name: 'status-page-phone-dark', width: 390, height: 844, scheme: 'dark' },
] as const;

const simulator = await startSimulator({
  port: 0,
  control: { answers: 'marked', headers: 'openai', latency_ms: 400 },
});
simulator.control({
  endpoint: 'east',
  rpm: 1_500,
  tpm: 4_000_000,
  faults: { prose: 0.03, content_filter: 0.01 },
});
simulator.control({ endpoint: 'west', rpm: 1_000, tpm: 2_000_000, latency_ms: 700 });
simulator.control({ endpoint: 'north', rpm: 600, tpm: 1_500_000, latency_ms: 300 });
simulator.control({ endpoint: 'small', slots: 4, headers: 'none' });
const at = (name: string) => ({ name, base_url: `${simulator.url}/${name}/v1`, model: name });

const server = await createServer({
  config: {
    listen: '127.0.0.1:0',
    status: '127.0.0.1:0',
    store: 'off',
    workers: 1,
    models: {
      default: {
        price: { input: 0.15, output: 0.6, currency: 'USD' },
        endpoints: ['east', 'west', 'north'].map(at),
      },
      'local-8b': { endpoints: [at('small')] },
    },
    log: { level: 'error' },
  },
});
const client = connect(server.address);
const leaving = new AbortController();

/** Labels batches of new conversations, `lanes` at a time, until told to stop. */
async function job(jobId: string, classifiers: string[], model: string, lanes: number): Promise<void> {
  let asked = 0;
  const lane = async () => {
    while (!leaving.signal.aborted) {
      const texts = Array.from(
        { length: 16 },
        () => `${jobId} ${asked++}: why does my knee hurt? [[topic=Health]] [[expertise=Novice]]`,
      );
      const [batch] = batchesOf(texts, texts.length);
      await client.classify({ classifiers, model, jobId }, batch!, { signal: leaving.signal });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const tab = await openTab();

async function shoot({ name, ...look }: Look & { readonly name: string }, folder: string | undefined) {
  if (folder === undefined) return;
  await tab.open(`http://${server.status}/`, look);
  writeFileSync(join(folder, `${name}.png`), await tab.screenshot());
}

try {
  const [done] = batchesOf(['Once [[topic=Health]]', '', 'Twice [[topic=Health]]'], 3);
  await client.classify({ classifiers: ['topic'], jobId: 'try-out', model: 'local-8b' }, done!);
  const jobs = [
    job('chats-2026-11', ['topic', 'expertise'], 'default', 12),
    job('support-weekly', ['topic'], 'local-8b', 2),
  ].map((work) => work.catch(() => {}));
  await sleep(settledMs);
  await shoot({ name: 'status-page-normal', width: 1240, height: 620 }, values.out);
  simulator.control({ endpoint: 'north', faults: { '503': 1 } });
  await sleep(settledMs);
  for (const look of looks) await shoot(look, look.name === 'status-page' ? docs : values.out);
  leaving.abort();
  await Promise.all(jobs);
} finally {
  await tab.close();
  client.close();
  await server.close(0);
  await simulator.close();
}
