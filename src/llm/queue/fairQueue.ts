/** A place in the queue; taken out by `remove` or `shift`. */
export interface Ticket<Item> {
  readonly item: Item;
  readonly cost: number;
  readonly job: Job<Item>;
  previous: Ticket<Item> | null;
  next: Ticket<Item> | null;
  queued: boolean;
}

interface Job<Item> {
  readonly id: string;
  weight: number;
  deficit: number;
  /** First in line; those that come back stand before those that are new. */
  first: Ticket<Item> | null;
  last: Ticket<Item> | null;
  lastAgain: Ticket<Item> | null;
}

/** Below it a round would hand out next to nothing. */
const minWeight = 0.01;

/**
 * Deficit round robin over jobs (Shreedhar and Varghese 1995): each round gives every waiting job `quantum` x weight
 * to spend on its items' costs, so that shares are even in tokens, not in items. First come, first served within a job.
 */
export class FairQueue<Item> {
  readonly #quantum: number;
  readonly #jobs = new Map<string, Job<Item>>();
  /** Waiting jobs; the first is being served. */
  #round: Job<Item>[] = [];
  #size = 0;

  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  get size(): number {
    return this.#size;
  }

  /** Queues an item; `again` puts it at the head of its job, behind others that came back. */
  push(item: Item, cost: number, jobId: string, weight: number, again: boolean): Ticket<Item> {
    const job = this.#jobOf(jobId, Math.max(weight, minWeight));
    const previous = again ? job.lastAgain : job.last;
    const next = previous === null ? job.first : previous.next;
    const ticket: Ticket<Item> = { item, cost, job, previous, next, queued: true };
    if (previous === null) job.first = ticket;
    else previous.next = ticket;
    if (next === null) job.last = ticket;
    else next.previous = ticket;
    if (again) job.lastAgain = ticket;
    this.#size += 1;
    return ticket;
  }

  /** The item whose turn it is, left in place; undefined when nobody waits. */
  peek(): Item | undefined {
    let job = this.#round[0];
    while (job !== undefined && this.#round.length > 1 && job.deficit < job.first!.cost) {
      job.deficit += this.#quantum * job.weight;
      this.#round.shift();
      this.#round.push(job);
      job = this.#round[0];
    }
    return job?.first?.item;
  }

  /** Takes out the item that `peek` showed. */
  shift(): Item | undefined {
    const item = this.peek();
    const job = this.#round[0];
    if (job?.first == null) return undefined;
    // Alone, a job owes nobody.
    job.deficit = this.#round.length === 1 ? 0 : job.deficit - job.first.cost;
    this.remove(job.first);
    return item;
  }

  /** Takes a ticket out, wherever it stands; nothing happens when it is out already. */
  remove(ticket: Ticket<Item>): void {
    if (!ticket.queued) return;
    const { job, previous, next } = ticket;
    ticket.queued = false;
    if (job.lastAgain === ticket) job.lastAgain = previous;
    if (previous === null) job.first = next;
    else previous.next = next;
    if (next === null) job.last = previous;
    else next.previous = previous;
    this.#size -= 1;
    if (job.first === null) {
      this.#jobs.delete(job.id);
      this.#round.splice(this.#round.indexOf(job), 1);
    }
  }

  /** Takes everybody out. */
  drain(): Item[] {
    const items: Item[] = [];
    for (const job of this.#round) {
      for (let ticket = job.first; ticket !== null; ticket = ticket.next) {
        ticket.queued = false;
        items.push(ticket.item);
      }
    }
    this.#jobs.clear();
    this.#round = [];
    this.#size = 0;
    return items;
  }

  /** A job that starts to wait joins the end of the round with one quantum. */
  #jobOf(id: string, weight: number): Job<Item> {
    const known = this.#jobs.get(id);
    if (known !== undefined) {
      known.weight = weight;
      return known;
    }
    const deficit = this.#quantum * weight;
    const job: Job<Item> = { id, weight, deficit, first: null, last: null, lastAgain: null };
    this.#jobs.set(id, job);
    this.#round.push(job);
    return job;
  }
}
