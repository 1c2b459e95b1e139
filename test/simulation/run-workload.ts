import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import type { Tier } from "../../src/config/provider-config.ts";
import type { Tree } from "../../src/config/tree.ts";
import { type Encodings, loadEncodings } from "../../src/cost/tokens/token-estimator.ts";
import type { SimulationReport } from "../../src/simulation/report.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import { findTargets } from "../../src/simulation/target.ts";
import { readWorkload } from "../../src/simulation/workload/read-workload.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { configFrom } from "../config/config-from.ts";

/** 2026-11-23, midnight in UTC. */
const START_WALL_MS = 1_795_392_000_000;
let encodings: Promise<Encodings> | undefined;

/** A workload as a file would say it; throws with everything that is wrong. */
export function workloadFrom(tree: Tree): Workload {
  const reading = readWorkload(tree);
  if (reading.kind === "invalid") throw new Error(JSON.stringify(reading.findings));
  return reading.workload;
}

/** A workload of one stream, `calls`, with small requests of a known size unless told otherwise. */
export function oneStream(stream: Tree, rest: Tree = {}): Workload {
  const small = { models: "local/model", input_tokens: 10, output_tokens: 10, max_output_tokens: 10 };
  return workloadFrom({ ...rest, streams: { calls: { ...small, ...stream } } });
}

/** The YAML of a config in which `local/model` has these limits and a price of a dollar per million tokens. */
export function localModel(limits: string, scheduler = "{}"): string {
  return `
providers:
  local:
    type: openai_compatible
    base_url: http://127.0.0.1:1/v1
    models:
      model:
        limits: ${limits}
        price: {input_per_million_usd: 1, output_per_million_usd: 1}
scheduler: ${scheduler}
`;
}

/** Runs a workload under a config, with another tier for all providers if one is given. */
export async function runWorkload(yaml: string, workload: Workload, tier?: Tier): Promise<SimulationReport> {
  const config = configFrom(yaml);
  const tiers = tier === undefined ? [] : config.providers.map(({ name }) => [name, tier] as const);
  const catalog = buildCatalog(config, new Map(tiers));
  const found = findTargets(workload, catalog);
  if (found.kind === "missing") throw new Error(JSON.stringify(found.findings));
  encodings ??= loadEncodings();
  return await simulate({
    config,
    catalog,
    workload,
    targets: found.targets,
    startWallMs: START_WALL_MS,
    encodings: await encodings,
  });
}
