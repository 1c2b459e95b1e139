import { type ParsedMetric, parseMetrics } from "./parse-metrics.ts";

/** What `/metrics` said. */
export interface Scraped {
  readonly metrics: ReadonlyMap<string, ParsedMetric>;
  /**
   * The value of the only series whose labels include these; undefined: there is none. Throws when there are several.
   * Of a histogram the name is with its ending.
   */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Reads `/metrics` as Prometheus does. */
export async function scrape(httpUrl: string, token?: string): Promise<Scraped> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${httpUrl}/metrics`, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  const metrics = parseMetrics(text);
  const samples = [...metrics.values()].flatMap((metric) => metric.samples);
  return {
    metrics,
    value(name, labels = {}) {
      const found = samples.filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1)
        throw new Error(`${found.length} series of ${name} have ${JSON.stringify(labels)}`);
      return found[0]?.value;
    },
  };
}
