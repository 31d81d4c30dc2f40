import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricName, type Metrics, metricCatalogue } from '../base/metrics.ts';

/** Seconds, from a stored answer to the longest attempt: exchanges and calls share them. */
const secondsBuckets = [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];
/** Resolution of the event loop delay: finer costs more and says no more. */
const loopDelayResolutionMs = 20;
const loopDelayQuantiles = [0.5, 0.9, 0.99, 1];
const nanosPerSecond = 1e9;

export interface PrometheusMetrics extends Metrics {
  /** The exposition text. */
  scrape(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Counts kept in plain cells and read when scraped: prom-client hashes the labels with every increment. */
class Cells {
  readonly #cells = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  add(labels: Readonly<Record<string, string>>, by: number): void {
    let key = '';
    for (const name in labels) key += `${labels[name]}\n`;
    const cell = this.#cells.get(key);
    if (cell === undefined) this.#cells.set(key, { labels: { ...labels }, value: by });
    else cell.value += by;
  }

  values(): Iterable<{ readonly labels: Readonly<Record<string, string>>; readonly value: number }> {
    return this.#cells.values();
  }
}

/** semtel's metrics in Prometheus' exposition format, each from the catalogue in base. */
export function prometheusMetrics(version: string): PrometheusMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counters = new Map<MetricName, Cells>();
  const histograms = new Map<MetricName, Histogram>();
  for (const [key, { kind, labels, help }] of Object.entries(metricCatalogue)) {
    const name = key as MetricName;
    const common = { name, help, labelNames: [...labels], registers };
    if (kind === 'counter') counters.set(name, countedCells(common));
    if (kind === 'histogram') histograms.set(name, new Histogram({ ...common, buckets: secondsBuckets }));
  }
  const metrics: PrometheusMetrics = {
    count(name, labels, by = 1) {
      counters.get(name)!.add(labels, by);
    },
    seconds(name, labels, value) {
      histograms.get(name)!.observe(labels, value);
    },
    gauge(name, read) {
      const { kind, help, labels } = metricCatalogue[name];
      const gauge = new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        collect() {
          this.reset();
          for (const sample of read()) this.set(sample.labels, sample.value);
        },
      });
      // prom-client's own summary makes its quantiles of single observations; ours come ready.
      if (kind === 'summary') Object.assign(gauge, { type: kind });
    },
    async scrape() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
  metrics.gauge('semtel_build_info', () => [{ labels: { version }, value: 1 }]);
  exportLoopDelay(metrics);
  return metrics;
}

function countedCells(common: {
  name: string;
  help: string;
  labelNames: string[];
  registers: Registry[];
}): Cells {
  const cells = new Cells();
  new Counter({
    ...common,
    collect() {
      this.reset();
      for (const { labels, value } of cells.values()) this.inc(labels, value);
    },
  });
  return cells;
}

function exportLoopDelay(metrics: Metrics): void {
  const delay = monitorEventLoopDelay({ resolution: loopDelayResolutionMs });
  delay.enable();
  metrics.gauge('semtel_event_loop_delay_seconds', () => {
    const samples = loopDelayQuantiles.map((quantile) => ({
      labels: { quantile: String(quantile) },
      // Node records the time between two ticks; what is beyond the resolution is delay.
      value: Math.max(0, delay.percentile(quantile * 100) / nanosPerSecond - loopDelayResolutionMs / 1000),
    }));
    delay.reset();
    return samples;
  });
}
