import { ConnectError } from "@connectrpc/connect";
import { expect } from "vitest";

/** The error of an RPC, with its details; the test fails when it succeeds. */
export async function errorOf(promise: Promise<unknown>): Promise<ConnectError> {
  return await promise.then(
    () => expect.fail("should have failed"),
    (error: unknown) => ConnectError.from(error),
  );
}
