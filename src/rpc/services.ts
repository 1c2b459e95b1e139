import type { AdminService } from "./admin.ts";
import type { CompletionService } from "./complete.ts";
import type { BatchService } from "./complete-batch.ts";
import type { EstimateService } from "./estimate.ts";
import type { ModelService } from "./models.ts";
import type { SlotService } from "./slots.ts";
import type { UsageService } from "./usage.ts";

/** All that the handlers need of the service: the composition root makes it. */
export interface Services {
  readonly completion: CompletionService;
  readonly batches: BatchService;
  readonly slots: SlotService;
  readonly usage: UsageService;
  readonly models: ModelService;
  readonly estimates: EstimateService;
  readonly admin: AdminService;
}
