import type { Deployment, Model } from "../catalog/catalog.ts";
import type { ProviderConfig } from "../config/provider-config.ts";
import type { ModelPrice } from "../cost/price/model-price.ts";
import type { TokenEstimate } from "../cost/tokens/token-estimate.ts";
import type { CandidateOrigin } from "../fallback/snapshot.ts";
import type { Provider } from "../providers/provider.ts";
import type { StartOption } from "../scheduler/place.ts";
import type { CallBudget } from "./call-budget.ts";

/** One deployment considered for a request, with everything that a call of it needs. */
export interface Candidate {
  readonly deployment: Deployment;
  readonly model: Model;
  readonly providerConfig: ProviderConfig;
  /** Undefined: it cannot be called, as `deployment.reason` says. */
  readonly provider: Provider | undefined;
  /** Undefined: the price is not known. */
  readonly price: ModelPrice | undefined;
  readonly estimate: TokenEstimate;
  readonly budget: CallBudget;
  /** What the scheduler is asked for. */
  readonly option: StartOption;
  /** Place of the model in the list it comes from, from 0. */
  readonly rank: number;
  readonly origin: CandidateOrigin;
}
