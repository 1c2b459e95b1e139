import { fromBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { ErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { REFUSAL_STATUS, type RefusalReason, refuse } from "../../src/core/refusal.ts";
import { ErrorInfoSchema, StatusSchema } from "../../src/rpc/google-rpc.ts";
import { CODE_NUMBERS, encodeStatus, statusOfRefusal } from "../../src/rpc/status.ts";

const reasons = Object.keys(REFUSAL_STATUS) as RefusalReason[];

it("the catalogue of reasons is that of the contract", () => {
  const names = Object.values(ErrorReason).filter((name) => typeof name === "string");
  const ofContract = names.filter((name) => name !== "UNSPECIFIED");
  expect(ofContract.sort()).toEqual([...reasons].sort());
});

describe("a refusal on the wire", () => {
  it.each(reasons)("%s has its code and its reason", (reason) => {
    const bytes = encodeStatus(statusOfRefusal(refuse(reason, "no", { metadata: { cap: "5" } })));
    const status = fromBinary(StatusSchema, bytes);
    expect(status).toMatchObject({ code: CODE_NUMBERS[REFUSAL_STATUS[reason]], message: "no" });
    expect(status.details[0]?.typeUrl).toBe("type.googleapis.com/google.rpc.ErrorInfo");
    expect(anyUnpack(status.details[0]!, ErrorInfoSchema)).toMatchObject({
      reason,
      domain: "headway",
      metadata: { cap: "5" },
    });
  });
});
