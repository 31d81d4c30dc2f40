import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FairQueue, type Ticket } from '../../src/llm/queue/fairQueue.ts';

function drainAll(queue: FairQueue<string>): string[] {
  const order: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) order.push(item);
  return order;
}

test('a job is served first come, first served; those that come back go first, in their order', () => {
  const queue = new FairQueue<string>(4096);
  queue.push('new 1', 10, 'job', 1, false);
  queue.push('back 1', 10, 'job', 1, true);
  queue.push('new 2', 10, 'job', 1, false);
  queue.push('back 2', 10, 'job', 1, true);
  assert.deepEqual(drainAll(queue), ['back 1', 'back 2', 'new 1', 'new 2']);
});

test('a small job does not wait behind a large one', () => {
  const queue = new FairQueue<string>(100);
  for (let i = 0; i < 1000; i++) queue.push('large', 100, 'large', 1, false);
  for (let i = 0; i < 5; i++) queue.push('small', 100, 'small', 1, false);
  const order = drainAll(queue);
  assert.ok(order.lastIndexOf('small') < 12);
});

test('property: while two jobs wait, their tokens served stay in the proportion of their weights', () => {
  const costs = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 300, maxLength: 300 });
  fc.assert(
    fc.property(costs, costs, fc.constantFrom(1, 2, 4), (a, b, weight) => {
      const queue = new FairQueue<{ job: 0 | 1; cost: number }>(4096);
      for (const cost of a) queue.push({ job: 0, cost }, cost, 'a', 1, false);
      for (const cost of b) queue.push({ job: 1, cost }, cost, 'b', weight, false);
      const left = [a.length, b.length];
      const served = [0, 0];
      while (left[0]! > 0 && left[1]! > 0) {
        const { job, cost } = queue.shift()!;
        left[job]! -= 1;
        served[job]! += cost;
        assert.ok(Math.abs(served[0]! - served[1]! / weight) <= 2 * 4096 + 2000);
      }
    }),
    { numRuns: 200 },
  );
});

test('property: everything pushed comes out once or was removed, whatever the order', () => {
  const step = fc.record({
    kind: fc.constantFrom('push', 'again', 'shift', 'remove'),
    job: fc.constantFrom('a', 'b', 'c'),
    cost: fc.integer({ min: 1, max: 10_000 }),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new FairQueue<number>(4096);
      const tickets: Ticket<number>[] = [];
      const waiting = new Set<number>();
      for (const { kind, job, cost, pick } of steps) {
        if (kind === 'push' || kind === 'again') {
          waiting.add(tickets.length);
          tickets.push(queue.push(tickets.length, cost, job, 1, kind === 'again'));
        } else if (kind === 'shift') {
          const shown = queue.peek();
          const item = queue.shift();
          assert.equal(item, shown);
          assert.equal(item !== undefined, waiting.size > 0);
          if (item !== undefined) assert.ok(waiting.delete(item));
        } else if (tickets.length > 0) {
          const ticket = tickets[pick % tickets.length]!;
          assert.equal(ticket.queued, waiting.delete(ticket.item));
          queue.remove(ticket);
        }
        assert.equal(queue.size, waiting.size);
      }
      assert.deepEqual(new Set(queue.drain()), waiting);
    }),
    { numRuns: 10_000 },
  );
});
