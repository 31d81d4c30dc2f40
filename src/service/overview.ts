import type { PipelineParts } from '../pipeline/batch.ts';
import type { JobView } from './jobView.ts';
import type { ErrorCount } from './recentErrors.ts';

/** What one endpoint looks like at this moment. */
export type EndpointView = ReturnType<PipelineParts['engine']['view']>[number];

/** A server at this moment, for people. */
export interface Overview {
  readonly version: string;
  /** False once draining. */
  readonly serving: boolean;
  /** All active jobs together, also those that are not among `jobs`. */
  readonly active: { readonly jobs: number; readonly rowsPerSecond: number; readonly rowsWaiting: number };
  /** Active ones first, by id, so that they keep their places; then the latest. At most `mostActive` and `mostIdle`. */
  readonly jobs: readonly JobView[];
  /** How many are remembered in all. */
  readonly jobsInAll: number;
  /** In file order. */
  readonly endpoints: readonly EndpointView[];
  readonly errors: readonly ErrorCount[];
}

/** More jobs than that nobody reads on a page; a server may remember 100,000. */
export const mostActive = 50;
/** So few that the endpoints stay in sight. */
export const mostIdle = 10;
