import { Metadata, type ServerInterceptingCallInterface, type ServerMethodDefinition } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { writeAhead } from "../../src/server/write-ahead.ts";

const pass = (value: Buffer): Buffer => value;

function methodOf(requestStream: boolean, responseStream: boolean): ServerMethodDefinition<Buffer, Buffer> {
  const codec = { requestDeserialize: pass, responseSerialize: pass };
  return { path: "/headway.v1.HeadwayService/HoldSlots", requestStream, responseStream, ...codec };
}

/** A call whose messages are written when the test says so. */
function fakeCall() {
  const sent: unknown[] = [];
  const writes: (() => void)[] = [];
  const call = {
    sendMetadata: () => undefined,
    sendMessage: (message: unknown, callback: () => void) => {
      sent.push(message);
      writes.push(callback);
    },
  } as unknown as ServerInterceptingCallInterface;
  return { call, sent, finishWrite: () => writes.shift()?.() };
}

describe("writeAhead", () => {
  it("hands answers on before the ones ahead of them are written, in order", () => {
    const { call, sent } = fakeCall();
    const ahead = writeAhead(methodOf(true, true), call);
    ahead.sendMetadata(new Metadata());
    let accepted = 0;
    for (const message of ["a", "b", "c"]) ahead.sendMessage(message, () => accepted++);
    expect(sent).toEqual(["a", "b", "c"]);
    expect(accepted).toBe(3);
  });

  it("accepts no more than 63 answers that are not written, and the next when one of them is", () => {
    const { call, finishWrite } = fakeCall();
    const ahead = writeAhead(methodOf(true, true), call);
    let accepted = 0;
    for (let index = 0; index < 64; index++) ahead.sendMessage(index, () => accepted++);
    expect(accepted).toBe(63);
    finishWrite();
    expect(accepted).toBe(64);
    finishWrite();
    ahead.sendMessage("next", () => accepted++);
    expect(accepted).toBe(65);
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
  ])("leaves other methods alone (requests as a stream: %s, answers as a stream: %s)", (asked, answered) => {
    const { call } = fakeCall();
    expect(writeAhead(methodOf(asked, answered), call)).toBe(call);
  });
});
