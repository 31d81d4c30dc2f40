import type { Scope } from '../base/scope.ts';
import { untilEnd } from '../base/scope.ts';
import { packed, type Results, run, type Task } from './run.ts';
import type { Workers } from './tasks.ts';

/** The tasks on the caller's own thread: for tests, where threads would only cost time. */
export function inProcessWorkers(): Workers {
  async function start<Name extends keyof Results>(
    task: Extract<Task, { name: Name }>,
    scope: Scope,
  ): Promise<Results[Name]> {
    if (scope.ended !== undefined) throw scope.ended;
    const result = Promise.resolve().then(() => run(task, () => {}) as Results[Name]);
    return untilEnd(result, scope);
  }
  return {
    prepare: (task, scope) => start({ name: 'prepare', task }, scope),
    encode: (task, scope) => start({ name: 'encode', task: packed(task) }, scope),
    schema: (task, scope) => start({ name: 'schema', task }, scope),
    queued: 0,
    close: async () => {},
  };
}
