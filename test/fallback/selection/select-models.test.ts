import { describe, expect, test } from "vitest";
import type { ExperimentConfig } from "../../../src/config/config.ts";
import { findPreset } from "../../../src/fallback/selection/preset.ts";
import {
  type SelectionRequest,
  type SelectionRouting,
  selectModels,
} from "../../../src/fallback/selection/select-models.ts";

const EXPERIMENT: ExperimentConfig = {
  name: "trial",
  taskType: "summary",
  splitBy: { kind: "request_id" },
  arms: [{ name: "only", model: "x/arm", weight: 1 }],
};

const REQUEST: SelectionRequest = {
  model: undefined,
  fallbackModels: [],
  quality: undefined,
  preset: undefined,
  requestId: "r1",
  tags: {},
  taskType: undefined,
};

const ROUTING: SelectionRouting = {
  defaultModel: "d/default",
  fallbackModels: ["f/1", "f/2"],
  taskModels: [{ taskType: "code_review", model: "t/task" }],
  experiments: [EXPERIMENT],
};

const USABLE = [
  { id: "u/general", useCases: ["general"] },
  { id: "u/both", useCases: ["general", "vision"] },
  { id: "u/vision", useCases: ["vision"] },
];

const preset = findPreset("react_agent");

interface Case {
  readonly name: string;
  readonly request: Partial<SelectionRequest>;
  readonly routing?: Partial<SelectionRouting>;
  /** Id and kind of origin. */
  readonly models: readonly string[];
}

const CONFIGURED = ["f/1 configured", "f/2 configured"];
const CASES: readonly Case[] = [
  {
    name: "the model of the request, then the configured fallbacks",
    request: { model: "m/1", taskType: "code_review", preset },
    models: ["m/1 requested", ...CONFIGURED],
  },
  {
    name: "the request's own fallbacks instead of the configured ones",
    request: { model: "m/1", fallbackModels: ["m/2", "m/1"] },
    models: ["m/1 requested", "m/2 requested"],
  },
  { name: "the default model", request: {}, models: ["d/default configured", ...CONFIGURED] },
  {
    name: "the preset's models, also when a task is stated",
    request: { preset, taskType: "summary" },
    models: ["openai/gpt-4o-mini preset", ...CONFIGURED],
  },
  {
    name: "the model set for the task",
    request: { taskType: "code_review" },
    models: ["t/task configured", ...CONFIGURED],
  },
  {
    name: "an experiment before the model set for the task",
    request: { taskType: "summary" },
    routing: { taskModels: [{ taskType: "summary", model: "t/task" }] },
    models: ["x/arm experiment", ...CONFIGURED],
  },
  {
    name: "models that are good for the task",
    request: { taskType: "vision" },
    models: ["u/both selected", "u/vision selected", ...CONFIGURED],
  },
  {
    name: "general models when only what matters is stated",
    request: { quality: "speed" },
    models: ["u/general selected", "u/both selected", ...CONFIGURED],
  },
  {
    name: "the default model when none is known to be good for the task",
    request: { taskType: "poetry" },
    models: ["d/default configured", ...CONFIGURED],
  },
  {
    name: "general models when there is no default",
    request: {},
    routing: { defaultModel: undefined, fallbackModels: [] },
    models: ["u/general selected", "u/both selected"],
  },
];

test.each(CASES)("$name", ({ request, routing, models }) => {
  const { models: found } = selectModels({ ...REQUEST, ...request }, { ...ROUTING, ...routing }, USABLE);
  expect(found.map(({ id, origin }) => `${id} ${origin.kind}`)).toEqual(models);
});

test("without a default any usable model is better than none", () => {
  const routing = { ...ROUTING, defaultModel: undefined, fallbackModels: [] };
  const { models } = selectModels(REQUEST, routing, [{ id: "echo/echo", useCases: ["test"] }]);
  expect(models.map(({ id }) => id)).toEqual(["echo/echo"]);
  expect(selectModels(REQUEST, routing, []).models).toEqual([]);
});

describe("the arm", () => {
  test("is told when an experiment chose the model", () => {
    expect(selectModels({ ...REQUEST, taskType: "summary" }, ROUTING, USABLE).arms).toEqual([
      { experiment: "trial", arm: "only" },
    ]);
  });

  test("is not when the request names a model", () => {
    expect(selectModels({ ...REQUEST, taskType: "summary", model: "m/1" }, ROUTING, USABLE).arms).toEqual([]);
  });
});

test("react_agent", () => {
  expect(preset).toMatchObject({ models: ["openai/gpt-4o-mini"], maxWaitMs: 5_000, needsStreaming: true });
  expect(findPreset("no_such")).toBeUndefined();
});
