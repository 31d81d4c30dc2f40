import OpenAI from 'openai';
import type { EndpointConfig } from '../config.ts';

/** What all requests to one endpoint with one key share. */
export interface RequestHead {
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/**
 * Has the `openai` SDK build a chat request (address, query, authentication, header rules) and takes its head:
 * sending each request through the SDK took a quarter of the server's CPU. Rejects for a key or header that HTTP does
 * not allow.
 */
export async function requestHead(config: EndpointConfig, apiKey: string): Promise<RequestHead> {
  const sdk = new OpenAI({
    // The SDK wants a key; an empty one is taken out of the headers below.
    apiKey: apiKey === '' ? 'none' : apiKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    baseURL: config.baseUrl,
    // Else OPENAI_LOG=debug in the environment would have it print what it builds.
    logLevel: 'off',
    defaultQuery: config.query,
    defaultHeaders: { ...(apiKey === '' ? { authorization: null } : {}), ...config.headers },
  });
  const { req, url } = await sdk.buildRequest({ method: 'post', path: '/chat/completions', body: {} });
  const { origin, pathname, search } = new URL(url);
  // What the SDK tells of itself (its retries, its timeout) is not true of us.
  const headers = [...req.headers].filter(([name]) => !name.startsWith('x-stainless-'));
  return { origin, path: pathname + search, headers: headers.flat() };
}
