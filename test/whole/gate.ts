import type { Simulator } from '../../src/simulate/simulator.ts';
import { until } from '../until.ts';

/**
 * From now on the simulated endpoint takes calls and answers none: a call that hangs holds its one place. Resolves
 * with what opens the gate, for the calls that wait behind it and all that follow.
 */
export async function closeGate(simulator: Simulator): Promise<() => void> {
  const hanging = () => simulator.stats().endpoints['']?.faults.hang ?? 0;
  const before = hanging();
  const holder = new AbortController();
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'I hold the place.' }] });
  simulator.control({ slots: 1, faults: { hang: 1 } });
  const held = fetch(`${simulator.url}/v1/chat/completions`, { method: 'POST', body, signal: holder.signal });
  held.catch(() => {});
  await until(() => hanging() > before);
  simulator.control({ faults: { hang: 0 } });
  return () => {
    simulator.control({ slots: 0 });
    holder.abort();
  };
}
