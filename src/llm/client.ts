import OpenAI from 'openai';
import type { EndpointConfig } from './config.ts';
import { encodeBody } from './encode.ts';
import type { Transport } from './transport.ts';

type Build = OpenAI['buildRequest'];
type Built = Awaited<ReturnType<Build>>;

/**
 * The `openai` client for one endpoint and key, with its own retries, timeouts and log off. It lets the SDK build
 * the first request (address, query, authentication, header rules) and changes only the body of that from then on:
 * building headers anew took a third of a call's CPU. So it must be used for one path only.
 */
export class EndpointClient extends OpenAI {
  #first: Promise<Built> | undefined;

  constructor(config: EndpointConfig, apiKey: string, transport: Transport) {
    super({
      // The SDK wants a key; an empty one is taken out of the headers below.
      apiKey: apiKey === '' ? 'none' : apiKey,
      adminAPIKey: null,
      organization: null,
      project: null,
      baseURL: config.baseUrl,
      defaultQuery: config.query,
      defaultHeaders: { ...(apiKey === '' ? { authorization: null } : {}), ...config.headers },
      fetch: transport.fetch,
      maxRetries: 0,
      // Replies and headers are not for its log.
      logLevel: 'off',
    });
  }

  override async buildRequest(options: Parameters<Build>[0]): Promise<Built> {
    this.#first ??= super.buildRequest({ ...options, body: {} });
    const { req, url, timeout } = await this.#first;
    const sent = {
      ...req,
      ...options.fetchOptions,
      body: encodeBody(options.body as Record<string, unknown>),
    };
    return { req: sent as Built['req'], url, timeout };
  }
}
