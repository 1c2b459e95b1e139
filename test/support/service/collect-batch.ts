import { ConnectError } from "@connectrpc/connect";
import type {
  BatchProgress,
  BatchResult,
  CompleteBatchResponse,
} from "../../../gen/es/headway/v1/complete_batch_pb.js";
import { type Failure, failureOf } from "./failure.ts";

/** A batch from its first event to its end. */
export interface Batch {
  /** In the order in which they came. */
  readonly results: readonly BatchResult[];
  readonly progress: readonly BatchProgress[];
  /** With which status it ended; undefined: it ended well. */
  readonly failure: Failure | undefined;
}

/** Reads a batch to its end. `onResult` sees each result as it comes, and may keep the next from being read. */
export async function collectBatch(
  events: AsyncIterable<CompleteBatchResponse>,
  onResult: (result: BatchResult) => void | Promise<void> = () => {},
): Promise<Batch> {
  const results: BatchResult[] = [];
  const progress: BatchProgress[] = [];
  let failure: Failure | undefined;
  try {
    for await (const { event } of events) {
      if (event.case === "progress") progress.push(event.value);
      if (event.case !== "result") continue;
      results.push(event.value);
      await onResult(event.value);
    }
  } catch (thrown) {
    failure = await failureOf(Promise.reject(ConnectError.from(thrown)));
  }
  return { results, progress, failure };
}
