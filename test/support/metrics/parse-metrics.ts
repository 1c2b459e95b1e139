/** What a scrape says of one metric. */
export interface ParsedMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

/** One line. Of a histogram `name` ends with `_bucket`, `_sum` or `_count`. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const META = /^# (HELP|TYPE) ([a-z_]+) (.+)$/;
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (-?[0-9.e+-]+|\+Inf)$/;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/**
 * Reads the Prometheus text format: each metric has its HELP, its TYPE and then its samples, all together, and no series
 * comes twice. Throws at whatever is not so.
 */
export function parseMetrics(text: string): Map<string, ParsedMetric> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const metrics = new Map<string, ParsedMetric>();
  const series = new Set<string>();
  let help: { name: string; text: string } | undefined;
  let current: { name: string; metric: ParsedMetric } | undefined;
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const meta = META.exec(line);
    if (meta !== null) {
      const [, kind, name, value] = meta as unknown as [string, string, string, string];
      if (metrics.has(name)) throw new Error(`${name} comes twice`);
      if (kind === "HELP") help = { name, text: value };
      else {
        if (help?.name !== name) throw new Error(`${name} has no help`);
        current = { name, metric: { type: value, help: help.text, samples: [] } };
        metrics.set(name, current.metric);
      }
      continue;
    }
    const sample = parseSample(line);
    if (current === undefined || !namesOf(current.name, current.metric.type).includes(sample.name)) {
      throw new Error(`${line} is not of the metric above it`);
    }
    const key = line.slice(0, line.lastIndexOf(" "));
    if (series.has(key)) throw new Error(`${key} comes twice`);
    series.add(key);
    current.metric.samples.push(sample);
  }
  return metrics;
}

function namesOf(name: string, type: string): readonly string[] {
  return type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

function parseSample(line: string): ParsedSample {
  const match = SAMPLE.exec(line);
  if (match === null) throw new Error(`not a sample: ${line}`);
  const [, name, inner = "", number] = match;
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inner.length) {
    const label = LABEL.exec(inner);
    if (label === null) throw new Error(`not labels: ${inner}`);
    labels[label[1]!] = label[2]!.replaceAll(/\\(.)/g, (_, one) => (one === "n" ? "\n" : one));
  }
  const value = number === "+Inf" ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name: name!, labels, value };
}
