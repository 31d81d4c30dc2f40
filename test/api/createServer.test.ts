import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect, createServer, fromArrow, SemtelError, toArrow } from '../../src/api/index.ts';
import { withEndpoint } from './program.ts';

const configError = (words: RegExp) => (error: unknown) =>
  error instanceof SemtelError && error.kind === 'config' && words.test(error.message);

describe('createServer', () => {
  it('opens both ports, answers clients, and frees the ports when closed', async () => {
    await withEndpoint({}, async (options) => {
      const server = await createServer(options);
      const client = connect(server.address);
      assert.equal((await fetch(`http://${server.status}/readyz`)).status, 200);
      const batch = toArrow([{ id: 'a', conversation: '[[topic=Food]]' }]);
      const { batch: answer, ledger } = await client.classify({ classifiers: ['topic'], id: 'id' }, batch);
      const [row] = fromArrow(answer.ipc);
      assert.equal(row!.id, 'a');
      assert.equal((row!.topic as { label: string }).label, 'Food');
      assert.equal(ledger.ok, 1);
      client.close();
      await server.close();
      await assert.rejects(fetch(`http://${server.status}/healthz`));
    });
  });

  it('reads a settings file, of which it names line and key', async () => {
    await withEndpoint({}, async ({ config: settings, ...options }) => {
      writeFileSync(join(options.folder, 'good.yaml'), JSON.stringify(settings));
      {
        await using server = await createServer({ ...options, config: 'good.yaml' });
        assert.match(server.address, /^127\.0\.0\.1:[1-9]\d*$/);
      }
      writeFileSync(join(options.folder, 'bad.yaml'), 'models: {}\nlisten: here\n');
      await assert.rejects(
        createServer({ ...options, config: 'bad.yaml' }),
        configError(/^bad\.yaml:1: models needs at least one model\.\nbad\.yaml:2: listen must be HOST:PORT/),
      );
    });
  });

  it('lets nobody spend the keys by mistake, and knows its options', async () => {
    await withEndpoint({}, async ({ config: settings, ...options }) => {
      const config = { ...settings, listen: '0.0.0.0:0' };
      await assert.rejects(createServer({ ...options, config }), configError(/can be reached from other/));
      const mistyped = { ...options, unsafe: true } as object;
      await assert.rejects(createServer(mistyped), { kind: 'bad_option' });
    });
  });
});
