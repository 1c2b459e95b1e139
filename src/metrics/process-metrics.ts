import { performance } from "node:perf_hooks";
import type { Registry } from "prom-client";
import { addCounter, addGauge } from "./live-metrics.ts";

/**
 * Adds what the process itself takes, by the names that Prometheus clients and OpenTelemetry have for it. All of it is
 * read when scraped: the library's own set would keep a timer of 10 ms and an observer of garbage collection.
 */
export function addProcessMetrics(registry: Registry): void {
  const none = { labelNames: [] };
  const one = (value: number) => [{ labels: {}, value }];
  addCounter(registry, {
    ...none,
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, of user and system together.",
    read() {
      const { user, system } = process.cpuUsage();
      return one((user + system) / 1e6);
    },
  });
  addGauge(registry, {
    ...none,
    name: "process_resident_memory_bytes",
    help: "Memory of the process that is resident.",
    read: () => one(process.memoryUsage.rss()),
  });
  addGauge(registry, {
    ...none,
    name: "process_start_time_seconds",
    help: "Start of the process, in seconds since the Unix epoch.",
    read: () => one(performance.timeOrigin / 1_000),
  });
  addCounter(registry, {
    name: "nodejs_eventloop_time_seconds_total",
    help: "Time of the event loop at work (active) and without work (idle).",
    labelNames: ["state"],
    read() {
      const { active, idle } = performance.eventLoopUtilization();
      return [
        { labels: { state: "active" }, value: active / 1_000 },
        { labels: { state: "idle" }, value: idle / 1_000 },
      ];
    },
  });
}
