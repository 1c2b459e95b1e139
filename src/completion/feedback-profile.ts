import type { Catalog, Deployment } from "../catalog/catalog.ts";
import { profileNameOf } from "../catalog/profile.ts";
import type { FeedbackProfile } from "../tracker/feedback/header-parsers.ts";

const GROQ_HOST = "api.groq.com";

/**
 * Whose way of writing rate-limit headers the answers of each pool follow, by its id. A pool that no deployment is
 * counted in is not in it.
 */
export function feedbackProfiles({ deployments }: Catalog): ReadonlyMap<string, FeedbackProfile> {
  const profiles = new Map<string, FeedbackProfile>();
  for (const deployment of deployments) {
    if (!profiles.has(deployment.pool)) profiles.set(deployment.pool, profileOf(deployment));
  }
  return profiles;
}

function profileOf({ connection, providerType }: Deployment): FeedbackProfile {
  const { baseUrl } = connection;
  if (baseUrl !== undefined && URL.parse(baseUrl)?.hostname === GROQ_HOST) return "groq";
  return profileNameOf({ type: providerType }, { baseUrl }, undefined);
}
