/** Splits a bill over `parts` questions so that the shares differ by at most 1 and sum to it (largest remainder). */
export function splitTokens(total: number, parts: number): readonly number[] {
  const share = Math.floor(total / parts);
  const rest = total - share * parts;
  return Array.from({ length: parts }, (_, index) => share + (index < rest ? 1 : 0));
}
