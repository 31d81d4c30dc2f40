import { SemtelError } from '../../base/error.ts';
import type { Environment } from './references.ts';

/** OpenAI's own service and its cheapest model that judges well. */
const defaultBaseUrl = 'https://api.openai.com/v1';
const defaultModel = 'gpt-4o-mini';

/** Settings of one endpoint from `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `SEMTEL_MODEL`. */
export function environmentSettings(env: Environment) {
  const key = env.OPENAI_API_KEY;
  const baseUrl = env.OPENAI_BASE_URL;
  // Local servers often ask for no key: an address alone is enough.
  if (!key && !baseUrl) {
    throw new SemtelError(
      'config',
      'There is no model to ask: set OPENAI_API_KEY (or OPENAI_BASE_URL for a server without keys), or write a semtel.yaml with `models`.',
    );
  }
  return {
    models: {
      default: {
        endpoints: [
          {
            base_url: baseUrl || defaultBaseUrl,
            model: env.SEMTEL_MODEL || defaultModel,
            ...(key ? { api_key: key } : {}),
          },
        ],
      },
    },
  };
}
