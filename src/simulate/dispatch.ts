import type { IncomingMessage } from 'node:http';
import { messageOf } from '../base/error.ts';
import type { Scope } from '../base/scope.ts';
import { readJsonObject } from './body.ts';
import { type Outcome, performCall, problemOutcome } from './call.ts';
import { chatWork } from './chat.ts';
import { embeddingsWork } from './embeddings.ts';
import type { Endpoint } from './endpoint.ts';
import type { Fleet } from './fleet.ts';
import { badRequest, isProblem, type Problem } from './problem.ts';
import type { Ending } from './repeats.ts';
import { methods, routeOf } from './route.ts';
import type { World } from './world.ts';

/** Told of every request for an answer, with the body as it came. */
export type OnRequest = (endpoint: string, body: string) => void;

const notFound: Problem = {
  ...badRequest(
    'Nothing here. There are POST [/NAME]/v1/chat/completions, POST [/NAME]/v1/embeddings, GET [/NAME]/v1/models, ' +
      'POST /semtel/control, POST /semtel/reset and GET /semtel/stats.',
  ),
  status: 404,
};

const models = {
  object: 'list',
  data: [{ id: 'simulated-model', object: 'model', created: 0, owned_by: 'semtel' }],
};

const works = { chat: chatWork, embeddings: embeddingsWork };

function json(value: unknown): Outcome {
  return { kind: 'response', status: 200, headers: {}, body: JSON.stringify(value), dripMs: 0 };
}

async function change(fleet: Fleet, request: IncomingMessage): Promise<Outcome> {
  const body = await readJsonObject(request);
  if (isProblem(body)) return problemOutcome(body);
  try {
    return json(fleet.change(body.json));
  } catch (error) {
    return problemOutcome(badRequest(messageOf(error), null, 'bad_control'));
  }
}

/** Finds out what a request is for and what its client gets. Rejects when the client goes before that. */
export function createDispatch(fleet: Fleet, world: World, onRequest: OnRequest) {
  async function call(
    kind: keyof typeof works,
    endpoint: Endpoint,
    request: IncomingMessage,
    scope: Scope,
  ): Promise<Outcome> {
    const { recorder, control } = endpoint;
    recorder.arrived(world.clock.now());
    let text: string | undefined;
    const ended = (ending: Ending) => {
      if (text === undefined || !control.count_repeats) return;
      const before = fleet.repeats.ended(text, ending);
      if (before !== undefined) recorder.repeated(before);
    };
    try {
      const body = await readJsonObject(request);
      if (!isProblem(body)) {
        text = body.text;
        onRequest(endpoint.name, text);
      }
      const work = isProblem(body) ? body : works[kind](endpoint, body.json, world);
      if (!isProblem(work)) {
        const outcome = await performCall(endpoint, work, world, scope);
        if (outcome.kind === 'response' && outcome.status === 200) ended('answered');
        return outcome;
      }
      recorder.count('invalid');
      return problemOutcome(work);
    } finally {
      if (scope.ended !== undefined) {
        recorder.count('aborted');
        ended('aborted');
      }
      recorder.left();
    }
  }

  return async (request: IncomingMessage, scope: Scope): Promise<Outcome> => {
    const route = routeOf(request.url ?? '/');
    if (route === undefined) return problemOutcome(notFound);
    const method = methods[route.kind];
    if (request.method !== method) {
      const message = `${request.method} is not allowed here: use ${method}.`;
      return problemOutcome({ ...badRequest(message), status: 405 }, { allow: method });
    }
    switch (route.kind) {
      case 'chat':
      case 'embeddings':
        return call(route.kind, fleet.endpoint(route.endpoint), request, scope);
      case 'models':
        return json(models);
      case 'control':
        return change(fleet, request);
      case 'stats':
        return json(fleet.stats());
      case 'reset':
        fleet.reset();
        return json({ ok: true });
    }
  };
}
