import { type Metrics, noMetrics } from '../../base/metrics.ts';

/** Counts what became of requests to models, for a run that nobody scrapes. */
export interface CallOutcomes extends Metrics {
  /** `connection 12, timeout 3`: outcomes other than ok; null when there was none. */
  words(): string | null;
}

export function callOutcomes(): CallOutcomes {
  const counts = new Map<string, number>();
  return {
    ...noMetrics,
    count(name, labels, by = 1) {
      if (name !== 'semtel_llm_calls_total') return;
      const { outcome } = labels as { readonly outcome: string };
      if (outcome !== 'ok') counts.set(outcome, (counts.get(outcome) ?? 0) + by);
    },
    words() {
      if (counts.size === 0) return null;
      return [...counts].map(([outcome, count]) => `${outcome} ${count.toLocaleString('en')}`).join(', ');
    },
  };
}
