/** What a request is for. */
export type Route =
  | { readonly kind: 'chat' | 'embeddings' | 'models'; readonly endpoint: string }
  | { readonly kind: 'control' | 'reset' | 'stats' };

/** The method of each kind; any other is 405. */
export const methods: Readonly<Record<Route['kind'], 'GET' | 'POST'>> = {
  chat: 'POST',
  embeddings: 'POST',
  models: 'GET',
  control: 'POST',
  reset: 'POST',
  stats: 'GET',
};

/** `/east/v1/chat/completions`, and classic Azure's `/east/openai/deployments/NAME/chat/completions`. */
const api = /^(?:\/(.+?))?\/(?:v1|openai\/deployments\/[^/]+)\/(chat\/completions|embeddings|models)\/?$/;
const own = /^\/semtel\/(control|reset|stats)\/?$/;

/** Reads a path; its prefix before `/v1` names the endpoint, "" without one. Undefined: there is nothing here. */
export function routeOf(url: string): Route | undefined {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const called = api.exec(path);
  if (called !== null) {
    const kind = called[2] === 'chat/completions' ? 'chat' : (called[2] as 'embeddings' | 'models');
    return { kind, endpoint: called[1] ?? '' };
  }
  const asked = own.exec(path);
  return asked === null ? undefined : { kind: asked[1] as 'control' | 'reset' | 'stats' };
}
