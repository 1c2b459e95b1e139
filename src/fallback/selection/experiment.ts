import { createHash } from "node:crypto";
import type { ExperimentConfig } from "../../config/config.ts";

/** What decides whether, and in which arm, a request takes part in experiments. */
export interface ExperimentSubject {
  readonly requestId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly taskType: string | undefined;
}

/** One arm as configured. */
export type ExperimentArm = ExperimentConfig["arms"][number];

const HASH_BYTES = 6;
const HASH_RANGE = 2 ** (8 * HASH_BYTES);

/**
 * The arm of a request: always the same for the same experiment, arms and key, and independent between experiments.
 * Undefined: the request does not take part, since it is another type of task or lacks the tag.
 */
export function armOf(experiment: ExperimentConfig, subject: ExperimentSubject): ExperimentArm | undefined {
  if (experiment.taskType !== undefined && experiment.taskType !== subject.taskType) return undefined;
  const { splitBy } = experiment;
  const key = splitBy.kind === "request_id" ? subject.requestId : subject.tags[splitBy.tag];
  if (key === undefined) return undefined;
  const totalWeight = experiment.arms.reduce((sum, { weight }) => sum + weight, 0);
  let point = fractionOf(`${experiment.name}\n${key}`) * totalWeight;
  for (const arm of experiment.arms) {
    if (point < arm.weight) return arm;
    point -= arm.weight;
  }
  return experiment.arms.at(-1);
}

/** From 0 to below 1, evenly spread over texts. */
function fractionOf(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, HASH_BYTES) / HASH_RANGE;
}
