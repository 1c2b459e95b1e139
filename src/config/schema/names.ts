import { z } from "zod";
import { text } from "./kinds.ts";

const MODEL_ID = /^[A-Za-z][\w-]*\/[^\s#]+(#[A-Za-z0-9][\w.-]*)?$/;

/** A model or deployment: `openai/gpt-4o-mini`, `openai/gpt-4o-mini#eu`. */
export const modelId = text({
  pattern: MODEL_ID,
  meaning: "a model; write provider/model, as openai/gpt-4o-mini",
});

/** Which models a tenant may use: an id in which `*` stands for anything. */
export const modelPattern = text({
  pattern: /^[^\s]+$/,
  meaning: 'a pattern of models; write for instance "openai/*"',
});

/** Names that become part of ids, of metric labels and of environment variables. */
export const plainName = z
  .string()
  .regex(/^[A-Za-z][\w-]*$/, "is no name; use letters, digits, - and _, and begin with a letter");

/** The part of a model's id behind the first slash. */
export const modelName = z.string().regex(/^[^\s#]+$/, "is no model name; it must have no space and no #");

/** The part of a deployment's id behind the `#`. */
export const deploymentName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, "is no name; use letters, digits, dots, - and _");

/** Words of the user's own: task types, tags, A/B arms. */
export const freeName = z.string().regex(/^\S(.*\S)?$/, "is no name; it must not begin or end with a space");
