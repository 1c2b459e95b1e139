import type { DescMessage } from "@bufbuild/protobuf";
import { CompleteBatchRequestSchema } from "../../gen/es/headway/v1/complete_batch_pb.js";

/**
 * The most values in a request: its fields, their list items and map entries, and those inside them. Reading so many takes
 * some 30 ms of everybody's time. Millions of empty messages fit the bytes that a message may have, and would take
 * seconds and gigabytes.
 */
export const MAX_VALUES = 100_000;
/** The same of a batch, which is thousands of requests. */
export const MAX_BATCH_VALUES = 500_000;

/** The most values in a request of this type. Each takes a byte at least, so that few bytes need not be looked at. */
export function maxValuesOf(desc: DescMessage): number {
  return desc === CompleteBatchRequestSchema ? MAX_BATCH_VALUES : MAX_VALUES;
}

/** What is said of a request of more. */
export function explainTooManyValues(most: number): string {
  return (
    `the request holds more than ${most.toLocaleString("en")} values, counting every field, list item and map entry in it; ` +
    "send less at a time"
  );
}
