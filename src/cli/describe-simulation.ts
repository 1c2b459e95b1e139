import { formatDuration as durationText } from "../config/duration.ts";
import type { Limit } from "../core/limit.ts";
import type { GroupReport, LimitReport, ModelReport, SimulationReport } from "../simulation/report.ts";
import { formatCount, formatDuration, formatRoundedUsd } from "./format.ts";
import { formatTable } from "./table.ts";

/** A line of a table: its name, and one cell a run. */
type Row = readonly string[];

/** Runs of the same traffic side by side: a table a model, tenants and priorities if there are several, a verdict. */
export function describeSimulation(reports: readonly SimulationReport[]): string {
  const [first] = reports;
  if (first === undefined) return "";
  const models = namesOf(reports, ({ models }) => models);
  const tables = models.map((model) => {
    return describe(model, reports, modelRows(reports.map(({ models }) => byName(models, model))));
  });
  for (const group of ["tenants", "priorities"] as const) {
    const names = namesOf(reports, (report) => report[group]);
    if (names.length < 2) continue;
    const rows = names.map((name) => [
      name,
      ...reports.map((report) => groupCell(byName(report[group], name))),
    ]);
    tables.push(describe(group.toUpperCase(), reports, rows));
  }
  const verdicts = reports.flatMap((report) => verdictOf(report).map((line) => `${line}\n`)).join("");
  return [...tables, verdicts].join("\n");
}

function describe(title: string, reports: readonly SimulationReport[], rows: readonly Row[]): string {
  const columns = reports.map(({ tier }) => ({ title: tier.toUpperCase(), align: "right" as const }));
  return formatTable([{ title, align: "left" }, ...columns], rows);
}

function modelRows(models: readonly (ModelReport | undefined)[]): Row[] {
  const row = (name: string, cell: (model: ModelReport) => string): Row => [
    name,
    ...models.map((model) => (model === undefined ? "" : cell(model))),
  ];
  const reasons = new Set(models.flatMap((model) => Object.keys(model?.refused ?? {})));
  const limits = new Map<string, LimitReport>();
  for (const entry of models.flatMap((model) => model?.limits ?? [])) limits.set(limitKey(entry), entry);
  const poolCount = new Set([...limits.values()].map(({ pool }) => pool)).size;
  return [
    row("requests", ({ requests }) => count(requests)),
    row("started", ({ started }) => count(started)),
    ...[...reasons].map((reason) =>
      row(`refused: ${reason}`, ({ refused }) => count(refused[reason as keyof typeof refused] ?? 0)),
    ),
    row("wait, p50", ({ waits }) => wait(waits?.p50Ms)),
    row("wait, p95", ({ waits }) => wait(waits?.p95Ms)),
    row("wait, p99", ({ waits }) => wait(waits?.p99Ms)),
    ...[...limits].map(([key, { pool, limit }]) =>
      row(poolCount > 1 ? `${limitName(limit)} of ${pool}` : limitName(limit), (model) =>
        useCell(model.limits.find((entry) => limitKey(entry) === key)),
      ),
    ),
    row(
      "tokens in + out",
      ({ inputTokens, outputTokens }) => `${count(inputTokens)} + ${count(outputTokens)}`,
    ),
    row("cost", ({ costNanoUsd }) =>
      costNanoUsd === undefined ? "price not known" : formatRoundedUsd(costNanoUsd),
    ),
    row("binding limit", ({ bindingLimit }) =>
      bindingLimit === undefined ? "none" : limitName(bindingLimit.limit),
    ),
  ];
}

function useCell(use: LimitReport | undefined): string {
  if (use === undefined) return "unlimited";
  return `${percent(use.utilization)} of ${count(use.cap)}, at most ${percent(use.peakUtilization)}`;
}

function groupCell(group: GroupReport | undefined): string {
  if (group === undefined) return "";
  const { requests, started, waits } = group;
  const refused = requests - started;
  return `${count(started)} started, ${count(refused)} refused, p95 ${wait(waits?.p95Ms)}`;
}

/** Whether a run carries the traffic, and what else is to be known of it. */
function verdictOf(report: SimulationReport): string[] {
  const { tier, total, models, tenants } = report;
  const refused = total.requests - total.started;
  if (refused > 0) {
    const lacking = models.flatMap(({ name, bindingLimit }) =>
      bindingLimit === undefined ? [] : [`${limitName(bindingLimit.limit)} of ${name}`],
    );
    for (const { name, heldBack } of tenants)
      if (heldBack > 0) lacking.push(`room in the own limits of ${name}`);
    const because = lacking.length === 0 ? "" : `; it lacks ${lacking.join(" and ")}`;
    const share = `${percent(refused / total.requests)} of ${count(total.requests)} requests`;
    const reasons = Object.keys(total.refused).join(", ");
    return [
      `${tier} does not carry this traffic: ${share} are refused (${reasons})${because}.`,
      ...notesOn(report),
    ];
  }
  const longest = total.waits === undefined ? "" : `; 99 of 100 wait at most ${wait(total.waits.p99Ms)}`;
  return [
    `${tier} carries this traffic: all ${count(total.requests)} requests start${longest}.`,
    ...notesOn(report),
  ];
}

/** Limits that are going to be used up, or that answers longer than expected have carried beyond their cap. */
function notesOn({ tier, models }: SimulationReport): string[] {
  const notes = models.flatMap(({ limits, estimateExceeded }) =>
    limits.flatMap(({ pool, limit, usedUpAfterMs, peakUtilization }) => {
      const subject = `${tier}: ${limitName(limit)} of ${pool}`;
      if (usedUpAfterMs !== undefined) {
        const when = formatDuration(usedUpAfterMs);
        const window = durationText(limit.windowMs);
        return [`${subject} would be used up after ${when}; --duration ${window} shows what happens then.`];
      }
      if (peakUtilization <= 1 || estimateExceeded === 0) return [];
      const why = `${count(estimateExceeded)} answers took more than was reserved`;
      return [
        `${subject} went to ${percent(peakUtilization)} of its cap, since ${why}; set max_output_tokens.`,
      ];
    }),
  );
  return [...new Set(notes)];
}

function namesOf(
  reports: readonly SimulationReport[],
  groupsOf: (report: SimulationReport) => readonly GroupReport[],
): string[] {
  return [...new Set(reports.flatMap((report) => groupsOf(report).map(({ name }) => name)))];
}

function byName<Group extends GroupReport>(groups: readonly Group[], name: string): Group | undefined {
  return groups.find((group) => group.name === name);
}

function limitKey({ pool, limit }: LimitReport): string {
  return `${pool} ${limit.metric} ${limit.windowMs} ${limit.calendarTimeZone ?? ""}`;
}

function limitName({ metric, windowMs, calendarTimeZone }: Limit): string {
  const name = metric.replace("_", " ");
  if (metric === "concurrent") return "concurrent calls";
  return calendarTimeZone === undefined ? `${name} / ${formatDuration(windowMs)}` : `${name} / calendar day`;
}

function count(value: number): string {
  return formatCount(BigInt(value));
}

function percent(part: number): string {
  const value = part * 100;
  return `${value < 10 || value > 100 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

function wait(waitMs: number | undefined): string {
  return waitMs === undefined ? "" : formatDuration(waitMs);
}
