import type { Clock } from '../base/clock.ts';
import { type Control, type ControlChange, defaultControl, mergeControl, parseControl } from './control.ts';
import { Endpoint } from './endpoint.ts';
import { Repeats } from './repeats.ts';
import type { EndpointStats } from './stats.ts';

/** By endpoint name; "" is the endpoint without a path prefix. */
export interface Stats {
  /** Now, on the clock that the times below are on. */
  readonly now_ms: number;
  readonly endpoints: Readonly<Record<string, EndpointStats>>;
}

/** All endpoints of a simulator: each comes into being when it is first called or controlled. */
export class Fleet {
  readonly #clock: Clock;
  readonly #initial: ControlChange;
  #base: Control = defaultControl;
  #endpoints = new Map<string, Endpoint>();
  #repeats = new Repeats();

  /** @throws SemtelError `config` when `initial` is not a control message. */
  constructor(initial: ControlChange, clock: Clock) {
    this.#clock = clock;
    this.#initial = initial;
    this.change(initial);
  }

  endpoint(name: string): Endpoint {
    let endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) {
      endpoint = new Endpoint(name, this.#base, this.#clock);
      this.#endpoints.set(name, endpoint);
    }
    return endpoint;
  }

  /** Of all endpoints together: a body may come again elsewhere. */
  get repeats(): Repeats {
    return this.#repeats;
  }

  /**
   * Changes the named endpoint, or without a name all of them and those to come; gives the control now in force there.
   * @throws SemtelError `config` when `value` is not a control message; then nothing is changed.
   */
  change(value: unknown): Control {
    const change = parseControl(value);
    if (change.endpoint) {
      const endpoint = this.endpoint(change.endpoint);
      endpoint.change(mergeControl(endpoint.control, change));
      return endpoint.control;
    }
    this.#base = mergeControl(this.#base, change);
    for (const endpoint of this.#endpoints.values()) endpoint.change(mergeControl(endpoint.control, change));
    return this.#base;
  }

  /** As after the start: the initial control, full quotas, no counts, random numbers from the beginning. */
  reset(): void {
    this.#endpoints = new Map();
    this.#repeats = new Repeats();
    this.#base = defaultControl;
    this.change(this.#initial);
  }

  stats(): Stats {
    const each = [...this.#endpoints].map(([name, { recorder, slots }]) => [
      name,
      recorder.snapshot(slots.waiting),
    ]);
    return { now_ms: this.#clock.now(), endpoints: Object.fromEntries(each) };
  }
}
