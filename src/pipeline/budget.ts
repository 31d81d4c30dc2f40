import { costOf, type Price, type Usage } from '../llm/price.ts';

export interface BudgetLimits {
  /** In the price's currency; 0: no limit. */
  readonly maxCost: number;
  /** Prompt and completion together; 0: no limit. */
  readonly maxTokens: number;
}

interface Amount {
  cost: number;
  tokens: number;
}

const nothing = (): Amount => ({ cost: 0, tokens: 0 });

function amountOf(usage: Usage, price: Price | null): Amount {
  return { cost: costOf(usage, price), tokens: usage.promptTokens + usage.completionTokens };
}

function add(sum: Amount, { cost, tokens }: Amount, times = 1): void {
  sum.cost += times * cost;
  sum.tokens += times * tokens;
}

/**
 * What one job may still spend. Each request reserves its estimate before it is sent; what is reserved counts by the
 * ratio of bill to estimate so far. Nothing is let in beyond a limit, so the bills pass it by no more than those of
 * the requests in flight when it was reached.
 */
export class Budget {
  #limits: BudgetLimits = { maxCost: 0, maxTokens: 0 };
  readonly #billed = nothing();
  /** Estimates of what was billed. */
  readonly #estimated = nothing();
  /** Estimates of what is in flight. */
  readonly #reserved = nothing();

  /** The limits that the newest exchange of the job carries. */
  limit(limits: BudgetLimits): void {
    this.#limits = limits;
  }

  /** Reserves an estimate; names the limit beyond which it would go, having reserved nothing. */
  reserve(estimate: Usage, price: Price | null): 'max_cost' | 'max_tokens' | undefined {
    const amount = amountOf(estimate, price);
    if (this.#isBeyond('cost', amount, this.#limits.maxCost)) return 'max_cost';
    if (this.#isBeyond('tokens', amount, this.#limits.maxTokens)) return 'max_tokens';
    add(this.#reserved, amount);
    return undefined;
  }

  /** Gives back what was reserved for a request that costs nothing. */
  release(estimate: Usage, price: Price | null): void {
    add(this.#reserved, amountOf(estimate, price), -1);
  }

  /** Replaces a reserved estimate by its bill. */
  settle(estimate: Usage, bill: Usage, price: Price | null): void {
    this.release(estimate, price);
    add(this.#estimated, amountOf(estimate, price));
    add(this.#billed, amountOf(bill, price));
  }

  #isBeyond(unit: keyof Amount, amount: Amount, limit: number): boolean {
    if (limit === 0) return false;
    const ratio = this.#estimated[unit] > 0 ? this.#billed[unit] / this.#estimated[unit] : 1;
    return this.#billed[unit] + (this.#reserved[unit] + amount[unit]) * ratio > limit;
  }
}
