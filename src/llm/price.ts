/** What tokens cost, per million. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of prompt tokens from the provider's cache; absent: as `input`. */
  readonly cachedInput?: number;
  readonly currency: string;
}

/** Billed or estimated tokens. */
export interface Usage {
  readonly promptTokens: number;
  /** Of the prompt's. */
  readonly cachedTokens?: number;
  readonly completionTokens: number;
}

const million = 1e6;

/** Cost of a usage, 0 without a price. */
export function costOf(usage: Usage, price: Price | null): number {
  if (price === null) return 0;
  const { promptTokens, cachedTokens = 0, completionTokens } = usage;
  const { input, cachedInput = input, output } = price;
  const prompt = (promptTokens - cachedTokens) * input + cachedTokens * cachedInput;
  return (prompt + completionTokens * output) / million;
}
