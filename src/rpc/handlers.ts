import type { DescService } from "@bufbuild/protobuf";
import { AdminService } from "../../gen/es/headway/v1/admin_service_pb.js";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import type { Clock } from "../core/clock.ts";
import { adminHandlers } from "./admin.ts";
import { completeHandler, streamCompleteHandler } from "./complete.ts";
import { completeBatchHandler } from "./complete-batch.ts";
import { estimateTokensHandler } from "./estimate.ts";
import type { HandlersOf, HandlerTable } from "./handler.ts";
import { holdSlotsHandler } from "./hold-slots.ts";
import { listModelsHandler } from "./models.ts";
import { planCompleteHandler } from "./plan.ts";
import type { Services } from "./services.ts";
import { acquireSlotHandler, releaseSlotHandler, renewSlotHandler, settleSlotHandler } from "./slots.ts";
import { getUsageHandler } from "./usage.ts";
import { watchUsageHandler } from "./watch-usage.ts";

/** The services of the contract. */
export const SERVICES: readonly DescService[] = [HeadwayService, AdminService];

/** The handlers of all RPCs that are answered. */
export function createHandlers(services: Services, clock: Clock): HandlerTable {
  const headway: HandlersOf<typeof HeadwayService> = {
    complete: completeHandler(services.completion),
    streamComplete: streamCompleteHandler(services.completion),
    completeBatch: completeBatchHandler(services.batches),
    planComplete: planCompleteHandler(services.completion),
    acquireSlot: acquireSlotHandler(services.slots),
    settleSlot: settleSlotHandler(services.slots),
    releaseSlot: releaseSlotHandler(services.slots),
    renewSlot: renewSlotHandler(services.slots),
    holdSlots: holdSlotsHandler(services.slots),
    getUsage: getUsageHandler(services.usage, clock),
    watchUsage: watchUsageHandler(services.usage, clock),
    listModels: listModelsHandler(services.models),
    estimateTokens: estimateTokensHandler(services.estimates),
  };
  return { [HeadwayService.typeName]: headway, [AdminService.typeName]: adminHandlers(services.admin) };
}
