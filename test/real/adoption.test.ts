import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Driver } from "../clients/support/driver.ts";
import { installedLanguages } from "../clients/support/languages.ts";
import { type RealModel, realModelMissing, startRealModel } from "../support/real/model-server.ts";
import { type Headway, startHeadway } from "../support/service/start-headway.ts";

const MODEL = "openai/gemma-3-270m";
const LANGUAGES = installedLanguages();

/** Between an SDK and the model's server: keeps the latest answer as it went by. */
class Tee {
  lastAnswer = "";
  readonly #server: Server;

  constructor(upstream: string) {
    this.#server = createServer(async (request, response) => {
      const answer = await fetch(upstream + request.url, {
        method: request.method!,
        headers: { "content-type": "application/json" },
        body: await text(request),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type")! });
      this.lastAnswer = "";
      const decoder = new TextDecoder();
      for await (const chunk of answer.body!) {
        this.lastAnswer += decoder.decode(chunk, { stream: true });
        response.write(chunk);
      }
      response.end();
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** The tokens that the model's server reported last, whole or at the end of a stream. */
  get reported(): { inputTokens: bigint; outputTokens: bigint } {
    const last = (name: string) => BigInt(this.lastAnswer.match(new RegExp(`"${name}": ?(\\d+)`))![1]!);
    return { inputTokens: last("prompt_tokens"), outputTokens: last("completion_tokens") };
  }
}

describe.skipIf(realModelMissing !== undefined)("direct calls of a real model", () => {
  let server: RealModel;
  let tee: Tee;
  let baseUrl: string;
  let headway: Headway;
  beforeAll(async () => {
    server = await startRealModel();
    tee = new Tee(server.baseUrl.replace(/\/v1$/, ""));
    baseUrl = await tee.start();
    headway = await startHeadway({
      config: `
scheduler: {spacing: none}
providers:
  openai:
    api_key: none
    base_url: ${baseUrl}/v1
    models: {gemma-3-270m: {limits: {rpm: 1000, tpm: 1000000}}}
`,
    });
  });
  afterAll(async () => {
    await headway?.close();
    tee?.stop();
    await server?.stop();
  });

  const totals = async () => {
    const { totals: all } = await headway.grpc.getUsage({ models: [MODEL] });
    return {
      requests: all!.requests,
      inputTokens: all!.usage?.inputTokens ?? 0n,
      outputTokens: all!.usage?.outputTokens ?? 0n,
    };
  };

  describe.each(LANGUAGES)("by the openai SDK of $name", ({ driver: command }) => {
    let driver: Driver;
    beforeAll(() => {
      driver = new Driver(command, headway.grpcAddress);
    });
    afterAll(() => driver.stop());

    it.each([false, true])(
      "are in the books as the model's server counts them (stream: %s)",
      async (stream) => {
        const before = await totals();
        const answer = await driver.tell({
          do: "sdk",
          sdk: "openai",
          baseUrl,
          model: server.model,
          stream,
          prompt: "What is the capital of France?",
        });
        expect(answer.text).toMatch(/\w/);
        const { inputTokens, outputTokens } = tee.reported;
        expect(outputTokens).toBeGreaterThan(0n);
        await vi.waitFor(async () => expect(await headway.load()).toEqual({ waiting: 0, reserved: 0 }));
        expect(await totals()).toEqual({
          requests: before.requests + 1n,
          inputTokens: before.inputTokens + inputTokens,
          outputTokens: before.outputTokens + outputTokens,
        });
      },
    );
  });
});
