import { SemtelError } from '../../base/error.ts';
import { unknownKey } from '../../base/nearest.ts';
import type { JobInfo, Service } from '../../service/exchange.ts';
import { Unimplemented } from '../errors.ts';
import { jobMessage } from '../wire.ts';
import { parseJson } from './options.ts';
import type { Action, ActionType } from './wire.ts';

/** Version of what is spoken over Flight; a client that knows only lower ones must stop. */
const protocol = 1;

interface ActionEntry {
  readonly description: string;
  run(service: Service, body: Uint8Array): object;
}

function jobIdOf(body: Uint8Array): string {
  const asked = parseJson(body, 'The body of the action');
  const example = '{"job_id":"nightly"}';
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw new SemtelError('bad_option', `The body of the action must be a JSON object like ${example}.`);
  }
  for (const key of Object.keys(asked)) {
    if (key !== 'job_id') {
      throw new SemtelError('bad_option', unknownKey(key, 'the body of the action', ['job_id']));
    }
  }
  const { job_id: jobId } = asked as { job_id?: unknown };
  if (typeof jobId !== 'string') {
    throw new SemtelError('bad_option', `job_id must be a string, as in ${example}.`);
  }
  return jobId;
}

const onJob = (description: string, find: (service: Service, jobId: string) => JobInfo): ActionEntry => ({
  description,
  run: (service, body) => jobMessage(find(service, jobIdOf(body))),
});

const actions: ReadonlyMap<string, ActionEntry> = new Map([
  [
    'health',
    {
      description: 'Whether new exchanges are taken: {"status":"SERVING"|"NOT_SERVING"}.',
      run: (service) => ({ status: service.serving ? 'SERVING' : 'NOT_SERVING' }),
    },
  ],
  [
    'server_info',
    {
      description: 'Version, protocol and limits of the server.',
      run: ({ version, limits }) => ({
        version,
        protocol,
        batch_rows: limits.batchRows,
        message_bytes: limits.messageBytes,
      }),
    },
  ],
  ['get_job', onJob('State and ledger of a job: {"job_id"}.', (service, id) => service.job(id))],
  ['cancel_job', onJob('Cancels a job: {"job_id"}.', (service, id) => service.cancelJob(id))],
]);

export const actionTypes: readonly ActionType[] = [...actions].map(([type, { description }]) => ({
  type,
  description,
}));

/** Runs an action; its result is JSON. */
export function runAction({ type, body }: Action, service: Service): { readonly body: Uint8Array } {
  const action = actions.get(type);
  if (action === undefined) {
    const known = actionTypes.map((entry) => entry.type).join(', ');
    throw new Unimplemented(`There is no action "${type}"; there are: ${known}.`);
  }
  return { body: Buffer.from(JSON.stringify(action.run(service, body))) };
}
