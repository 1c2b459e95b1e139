import type { Catalog } from "../catalog/catalog.ts";
import { profileNameOf } from "../catalog/profile.ts";
import type { FeedbackProfile } from "../tracker/feedback/header-parsers.ts";

const GROQ_HOST = "api.groq.com";

/** Whose way of writing rate-limit headers the answers of a pool follow. */
export function feedbackProfileOf(poolId: string, catalog: Catalog): FeedbackProfile {
  const deployment = catalog.deployments.find(({ pool }) => pool === poolId);
  if (deployment === undefined) return "other";
  const { baseUrl } = deployment.connection;
  if (baseUrl !== undefined && URL.parse(baseUrl)?.hostname === GROQ_HOST) return "groq";
  return profileNameOf({ type: deployment.providerType }, { baseUrl }, undefined);
}
