import type { Clock } from '../base/clock.ts';
import { type Random, seededRandom } from '../base/random.ts';
import type { Control } from './control.ts';
import { hashText } from './hash.ts';
import { createQuota, type Quota } from './quota/quota.ts';
import { Slots } from './slots.ts';
import { Recorder } from './stats.ts';
import { PromptCache } from './tokens.ts';

/** One simulated deployment: its mood, quota, queue, prompt cache and counts. */
export class Endpoint {
  readonly name: string;
  readonly recorder = new Recorder();
  readonly promptCache = new PromptCache();
  readonly slots: Slots;
  readonly quota: Quota;
  readonly #clock: Clock;
  #control: Control;
  #faultRandom: Random;
  #latencyRandom: Random;

  constructor(name: string, control: Control, clock: Clock) {
    this.name = name;
    this.#clock = clock;
    this.#control = control;
    this.slots = new Slots(control.slots);
    this.quota = createQuota(control, clock.now());
    [this.#faultRandom, this.#latencyRandom] = this.#randoms();
  }

  get control(): Control {
    return this.#control;
  }

  /** Draws faults. Apart from latencies, so that the same requests meet the same faults whatever the latency. */
  get faultRandom(): Random {
    return this.#faultRandom;
  }

  /** Calls in progress keep the behaviour they began with. A new seed starts the random numbers again. */
  change(control: Control): void {
    const reseed = control.seed !== this.#control.seed;
    this.#control = control;
    if (reseed) [this.#faultRandom, this.#latencyRandom] = this.#randoms();
    this.quota.change(control, this.#clock.now());
    this.slots.resize(control.slots);
  }

  /** Draws how long a call takes: lognormal around the median, plus the time of its output. */
  latencyMs(completionTokens: number): number {
    const { latency_ms, latency_sigma, per_output_token_ms } = this.#control;
    // Box-Muller; 1 - x keeps the logarithm away from 0.
    const radius = Math.sqrt(-2 * Math.log(1 - this.#latencyRandom()));
    const normal = radius * Math.cos(2 * Math.PI * this.#latencyRandom());
    return latency_ms * Math.exp(latency_sigma * normal) + per_output_token_ms * completionTokens;
  }

  #randoms(): [Random, Random] {
    const seed = this.#control.seed ^ hashText(this.name);
    return [seededRandom(seed), seededRandom(~seed)];
  }
}
