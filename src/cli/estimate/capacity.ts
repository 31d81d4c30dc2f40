import type { EndpointView } from '../../llm/call.ts';

/** What bounds the speed of a run from outside; null where it is not known. */
export interface Capacity {
  readonly tokensPerMinute: number | null;
  readonly requestsPerMinute: number | null;
}

export const unknownCapacity: Capacity = { tokensPerMinute: null, requestsPerMinute: null };

/** The quotas of all endpoints of the models together; one endpoint without a quota makes the sum unknown. */
export function capacityOf(endpoints: readonly EndpointView[], models: readonly string[]): Capacity {
  const used = endpoints.filter(({ model }) => models.includes(model));
  const sum = (unit: 'tokens' | 'requests') =>
    used.length === 0 || used.some(({ quota }) => quota[unit] === null)
      ? null
      : used.reduce((total, { quota }) => total + quota[unit]!, 0);
  return { tokensPerMinute: sum('tokens'), requestsPerMinute: sum('requests') };
}
