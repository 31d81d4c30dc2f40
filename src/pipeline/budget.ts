import { costOf, type Price, type Usage } from '../llm/price.ts';

export interface BudgetLimits {
  /** In the price's currency; 0: no limit. */
  readonly maxCost: number;
  /** Prompt and completion together; 0: no limit. */
  readonly maxTokens: number;
}

/**
 * What one job may still spend. A call reserves its estimate before it is sent and settles what was billed,
 * so spending never passes the limit by more than the error of the estimates in flight.
 */
export class Budget {
  #limits: BudgetLimits = { maxCost: 0, maxTokens: 0 };
  #cost = 0;
  #tokens = 0;

  /** The limits that the newest exchange of the job carries. */
  limit(limits: BudgetLimits): void {
    this.#limits = limits;
  }

  /** Reserves an estimated usage; names the spent limit when it does not fit. */
  reserve(estimate: Usage, price: Price | null): 'max_cost' | 'max_tokens' | undefined {
    const tokens = estimate.promptTokens + estimate.completionTokens;
    const cost = costOf(estimate, price);
    const { maxCost, maxTokens } = this.#limits;
    if (maxCost > 0 && this.#cost + cost > maxCost) return 'max_cost';
    if (maxTokens > 0 && this.#tokens + tokens > maxTokens) return 'max_tokens';
    this.#cost += cost;
    this.#tokens += tokens;
    return undefined;
  }

  /** Replaces a reserved estimate by what was billed. */
  settle(estimate: Usage, billed: Usage, price: Price | null): void {
    this.#cost += costOf(billed, price) - costOf(estimate, price);
    this.#tokens +=
      billed.promptTokens + billed.completionTokens - estimate.promptTokens - estimate.completionTokens;
  }
}
