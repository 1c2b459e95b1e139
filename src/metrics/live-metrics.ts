import {
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  type Registry,
} from "prom-client";

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
