/** What tokens cost, per million. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly currency: string;
}

/** Billed or estimated tokens. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

const million = 1e6;

/** Cost of a usage, 0 without a price; cached tokens at the full price, as contracts for them differ. */
export function costOf({ promptTokens, completionTokens }: Usage, price: Price | null): number {
  if (price === null) return 0;
  return (promptTokens * price.input + completionTokens * price.output) / million;
}
