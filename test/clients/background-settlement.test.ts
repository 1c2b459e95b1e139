import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Headway } from "../../clients/typescript/src/index.ts";
import { type Headway as Service, startHeadway } from "../support/service/start-headway.ts";
import { Relay } from "./support/relay.ts";

const run = promisify(execFile);
const MODEL = "direct/one";
const CONFIG = `
providers:
  direct:
    type: openai_compatible
    base_url: http://127.0.0.1:1/v1
    api_key: none
    models: {one: {upstream_model: one, limits: [{metric: tokens, window: 1m, amount: 1000}]}}
`;
const REQUEST = { models: MODEL, totalTokens: 50 };
const USAGE = { inputTokens: 11, outputTokens: 7 };
const SETTLED = { requests: 1n, errors: 0n, usage: { inputTokens: 11n, outputTokens: 7n } };

/** `withSlot` and the HTTP layer of the client for TypeScript do not wait until Headway has taken the settlement. */
describe("a settlement in the background", () => {
  let service: Service;
  let relay: Relay;
  beforeEach(async () => {
    service = await startHeadway({ config: CONFIG });
    relay = await Relay.start();
    relay.forwardTo(service.grpcAddress);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await relay.stop();
    await service.close();
  });

  const totals = async () => (await service.grpc.getUsage({ models: [MODEL] })).totals;

  it("does not hold back the answer while Headway is silent, and is waited for when the client is closed", async () => {
    const headway = new Headway({ address: relay.address });
    const answer = await headway.withSlot(REQUEST, (slot) => {
      relay.holdAnswers();
      slot.report({ usage: USAGE });
      return "answer";
    });
    expect(answer).toBe("answer");
    let isClosed = false;
    const closing = headway[Symbol.asyncDispose]().then(() => {
      isClosed = true;
    });
    await vi.waitFor(async () => expect(await totals()).toMatchObject(SETTLED));
    expect(isClosed).toBe(false);
    relay.releaseAnswers();
    await closing;
  });

  it("is tried again when the connection broke", async () => {
    const headway = new Headway({ address: relay.address });
    await headway.withSlot(REQUEST, (slot) => {
      relay.forwardTo(undefined);
      slot.report({ usage: USAGE });
    });
    relay.forwardTo(service.grpcAddress);
    await headway[Symbol.asyncDispose]();
    expect(await totals()).toMatchObject(SETTLED);
  });

  it("of a call that failed does not hold back what it threw, and is a warning when it fails itself", async () => {
    await using headway = new Headway({ address: relay.address });
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const failing = headway.withSlot(REQUEST, (slot) => {
      slot.report({ usage: { inputTokens: Number.NaN } });
      throw new Error("the provider broke");
    });
    await expect(failing).rejects.toThrow("the provider broke");
    const told = expect.stringContaining("could not be settled");
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(told, "HeadwayWarning"));
  });

  it("comes before what the client asks next", async () => {
    await using headway = new Headway({ address: relay.address });
    for (const requests of [1n, 2n, 3n]) {
      await headway.withSlot(REQUEST, (slot) => slot.report({ usage: USAGE }));
      expect((await headway.usage({ models: [MODEL] })).totals).toMatchObject({ requests });
    }
  });

  it.each([
    ["leaves at once", 0, "process.exit()"],
    ["leaves at once after a long call", 1_500, "process.exit()"],
    ["closes the client without waiting", 0, "headway[Symbol.dispose]()"],
    ["comes to its end", 0, ""],
  ])("arrives from a program that %s", async (_, callMs, end) => {
    const client = resolve(import.meta.dirname, "../../clients/typescript/src/index.ts");
    const script = `
      import { Headway } from ${JSON.stringify(client)};
      const headway = new Headway({ address: "${service.grpcAddress}" });
      await headway.withSlot(${JSON.stringify(REQUEST)}, async (slot) => {
        await new Promise((resolve) => setTimeout(resolve, ${callMs}));
        slot.report(${JSON.stringify({ usage: USAGE })});
      });
      ${end}`;
    const { stderr } = await run(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stderr).toBe("");
    await vi.waitFor(async () => expect(await totals()).toMatchObject(SETTLED));
  });
});
