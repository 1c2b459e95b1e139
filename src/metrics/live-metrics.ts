import {
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  type Histogram,
  type Registry,
} from "prom-client";
import type { Distribution } from "./distribution.ts";

type Labels = Readonly<Record<string, string>>;

/** A sample that is read when somebody scrapes. `value` undefined: not known, and left out. */
export interface LiveSample {
  readonly labels: Labels;
  readonly value: number | undefined;
}

/** What is measured and how it is read. */
export interface LiveMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  read(): Iterable<LiveSample>;
}

/** Adds a figure that goes up and down. */
export function addGauge(registry: Registry, metric: LiveMetric): void {
  const configuration: GaugeConfiguration<string> = {
    ...metric,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of metric.read()) if (value !== undefined) this.set(labels, value);
    },
  };
  new Gauge(configuration);
}

/** Adds a figure that is counted elsewhere. */
export function addCounter(registry: Registry, metric: LiveMetric): void {
  const configuration: CounterConfiguration<string> = {
    ...metric,
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of metric.read()) if (value !== undefined) this.inc(labels, value);
    },
  };
  new Counter(configuration);
}

/** A distribution as it is when somebody scrapes. */
export interface LiveDistribution {
  readonly labels: Labels;
  readonly distribution: Distribution;
}

/** Adds distributions that are counted elsewhere. */
export function addHistogram(
  registry: Registry,
  metric: Pick<LiveMetric, "name" | "help"> & { read(): Iterable<LiveDistribution> },
): void {
  const { name, help } = metric;
  const get = async () => ({
    name,
    help,
    type: "histogram",
    values: [...metric.read()].flatMap((one) => histogramValues(name, one)),
  });
  // The library's own can only be told of one value after the other. Of a metric the registry asks no more than this.
  registry.registerMetric({ name, get } as unknown as Histogram);
}

function histogramValues(name: string, { labels, distribution: { bounds, counts, sum } }: LiveDistribution) {
  let count = 0;
  const buckets = counts.map((inRange, range) => {
    count += inRange;
    const le = bounds[range] ?? "+Inf";
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
