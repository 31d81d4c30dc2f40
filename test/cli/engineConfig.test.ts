import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { engineConfig } from '../../src/compose/config/engineConfig.ts';
import { parseConfig } from '../../src/compose/config/load.ts';

const engine = (yaml: string) => engineConfig(parseConfig(yaml, 'semtel.yaml', tmpdir(), {}));

describe("the engine's settings", () => {
  it('name each endpoint by its host, once', () => {
    const { models } = engine(`
models:
  default:
    endpoints:
      - base_url: http://h:1/east/v1/
      - base_url: http://h:1/west/v1
      - { name: "h:1-3", base_url: "http://h:1/v1" }
      - base_url: http://h:1/north/v1
`);
    assert.deepEqual(
      models[0]!.endpoints.map(({ name }) => name),
      ['h:1', 'h:1-2', 'h:1-3', 'h:1-4'],
    );
    assert.equal(models[0]!.endpoints[0]!.baseUrl, 'http://h:1/east/v1');
  });

  it('fill in the logical name, the provider of the host and nulls for what is not known', () => {
    const { models, attemptMaxMs } = engine(
      'models: { gpt: { endpoints: [{ base_url: "https://x.openai.azure.com/openai/v1" }] } }',
    );
    const endpoint = models[0]!.endpoints[0]!;
    assert.deepEqual(
      {
        model: endpoint.model,
        provider: endpoint.provider,
        tpm: endpoint.tpm,
        rpm: endpoint.rpm,
        key: endpoint.apiKey(),
      },
      { model: 'gpt', provider: 'azure', tpm: null, rpm: null, key: '' },
    );
    assert.equal(models[0]!.price, null);
    assert.equal(attemptMaxMs, 60_000);
  });
});
