import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorReason } from "../../gen/es/headway/v1/error_pb.js";
import { CODE_NUMBERS } from "../../src/rpc/status.ts";
import { Driver } from "./support/driver.ts";
import { installedLanguages } from "./support/languages.ts";
import { Relay } from "./support/relay.ts";
import { StandInServer } from "./support/stand-in-server.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const REASONS = Object.values(ErrorReason)
  .filter((name): name is keyof typeof ErrorReason => typeof name === "string")
  .filter((name) => name !== "UNSPECIFIED");
/** Every canonical code that Headway uses but the one that clients take for the caller's own doing. */
const CODES = Object.values(CODE_NUMBERS).filter((code) => code !== CODE_NUMBERS.CANCELLED);

describe.each(installedLanguages())("the connection of the client for $name", ({ driver: command }) => {
  const servers: StandInServer[] = [];
  let driver: Driver;
  beforeAll(async () => {
    servers.push(await StandInServer.start({ tls: false }), await StandInServer.start({ tls: true }));
    driver = new Driver(command, servers[0]!.address);
  });
  afterAll(async () => {
    await driver.stop();
    for (const server of servers) server.stop();
  });

  it.each([
    ["in plain text", 0],
    ["over TLS", 1],
  ])("says who calls and in which trace, %s", async (_, index) => {
    const { address, rootCertificate } = servers[index]!;
    const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
    const token = "token-of-a-tenant";
    await driver.tell({ do: "connect", address, token, tlsRoot: rootCertificate, traceparent });
    const { metadata } = servers[index]!;
    expect(metadata?.get("authorization")).toEqual([`Bearer ${token}`]);
    expect(metadata?.get("traceparent")).toEqual([traceparent]);
  });

  it("is made although the way to the server is long", async () => {
    const relay = await Relay.start({ connectMs: 1_000 });
    relay.forwardTo(servers[0]!.address);
    try {
      const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
      await driver.tell({ do: "connect", address: relay.address, token: "far away", traceparent });
      expect(servers[0]!.metadata?.get("authorization")).toEqual(["Bearer far away"]);
    } finally {
      await relay.stop();
    }
  });

  it("does not trust a server whose certificate it was not given", async () => {
    const stranger = await StandInServer.start({ tls: true });
    try {
      const failure = await driver.failureOf({
        do: "connect",
        address: stranger.address,
        token: "secret",
        tlsRoot: servers[1]!.rootCertificate,
        traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
      });
      expect(failure).toMatchObject({ code: CODE_NUMBERS.UNAVAILABLE });
      expect(stranger.metadata).toBeUndefined();
    } finally {
      stranger.stop();
    }
  });

  it.each(REASONS)("tells %s with all that came with it", async (reason) => {
    const code = CODES[REASONS.indexOf(reason) % CODES.length]!;
    const metadata = { model: "openai/gpt-4o-mini", note: "größer als 4 %" };
    const [server] = servers;
    server!.refusal = { code, reason, metadata, message: "it is so", retryAfterMs: 1_250, subject: "pool:x" };
    const failure = await driver.failureOf({ do: "complete", request: {} });
    expect(failure).toMatchObject({ code, reason, metadata, retryAfterMs: 1_250, subjects: ["pool:x"] });
    expect(failure.message).toContain("it is so");
  });
});
