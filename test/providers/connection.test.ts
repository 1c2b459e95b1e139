import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SystemClock } from "../../src/core/clock.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Provider, ProviderConnection } from "../../src/providers/provider.ts";
import { makeCall, makeRequest } from "../support/providers/make-call.ts";
import { attemptErrorOf } from "../support/providers/outcome.ts";
import { type Arrival, ScriptServer } from "../support/providers/script-server.ts";
import { UPSTREAM_KINDS, type UpstreamKind } from "../support/providers/upstreams.ts";

let server: ScriptServer;
beforeEach(async () => {
  server = await ScriptServer.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  await server.stop();
});

/** The request that a provider with this connection makes; it is refused. */
async function requestOf(
  name: UpstreamKind["name"],
  connection: Partial<ProviderConnection>,
): Promise<Arrival> {
  const kind = UPSTREAM_KINDS.find((candidate) => candidate.name === name)!;
  const provider: Provider = kind.make({ headers: {}, ...connection }, { clock: new SystemClock() });
  const failing = attemptErrorOf(provider.complete(makeCall(makeRequest("hi"))));
  const arrival = await server.arrival();
  arrival.response.writeHead(500).end("{}");
  await failing;
  await provider.close();
  return arrival;
}

describe("the address", () => {
  it.each([
    ["openai", "/v1", "/v1/chat/completions"],
    ["openai", "/v1/", "/v1/chat/completions"],
    [
      "openai",
      "/openai/deployments/d?api-version=2024-10-21",
      "/openai/deployments/d/chat/completions?api-version=2024-10-21",
    ],
    ["anthropic", "", "/v1/messages"],
    ["anthropic", "/v1/", "/v1/messages"],
    ["gemini", "", "/v1beta/models/test-model:generateContent"],
    ["gemini", "/v1beta", "/v1beta/models/test-model:generateContent"],
    ["gemini", "/gateway/v1/", "/gateway/v1/models/test-model:generateContent"],
    ["ollama", "", "/api/chat"],
    ["ollama", "/v1", "/api/chat"],
  ] as const)("of %s with the base path %j is %s", async (name, basePath, expected) => {
    expect((await requestOf(name, { baseUrl: server.url + basePath })).url).toBe(expected);
  });
});

describe("the platform's fetch", () => {
  it("is neither used nor replaced, also not by an SDK that knows no other", async () => {
    const platformFetch = vi.fn();
    vi.stubGlobal("fetch", platformFetch);
    const requesting = requestOf("gemini", { baseUrl: server.url });
    expect(globalThis.fetch).toBe(platformFetch);
    await requesting;
    expect(globalThis.fetch).toBe(platformFetch);
    expect(platformFetch).not.toHaveBeenCalled();
  });
});

describe("the credentials", () => {
  it.each([
    ["openai", "authorization", "Bearer key-123456"],
    ["anthropic", "authorization", "Bearer key-123456"],
    ["gemini", "x-goog-api-key", "key-123456"],
    ["ollama", "authorization", "Bearer key-123456"],
  ] as const)("of %s go into %s", async (name, header, expected) => {
    const connection = { baseUrl: server.url, apiKey: new Secret("key-123456") };
    expect((await requestOf(name, connection)).headers[header]).toBe(expected);
  });

  it.each(["openai", "anthropic", "ollama"] as const)(
    "of %s are left out when there are none",
    async (name) => {
      vi.stubEnv("OPENAI_API_KEY", "from-the-environment");
      vi.stubEnv("OPENAI_ORG_ID", "from-the-environment");
      vi.stubEnv("ANTHROPIC_API_KEY", "from-the-environment");
      vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "from-the-environment");
      const { headers } = await requestOf(name, { baseUrl: server.url });
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("x-api-key");
      expect(JSON.stringify(headers)).not.toContain("from-the-environment");
    },
  );

  it.each(["openai", "anthropic", "gemini", "ollama"] as const)(
    "of %s can be the headers' own",
    async (name) => {
      const headers = { "X-Gateway": new Secret("gate"), Authorization: new Secret("Basic xyz") };
      const arrival = await requestOf(name, { baseUrl: server.url, headers });
      expect(arrival.headers).toMatchObject({ "x-gateway": "gate", authorization: "Basic xyz" });
    },
  );
});

describe("the requests of one connection", () => {
  it.each(["openai", "anthropic", "gemini", "ollama"] as const)(
    "of %s differ in nothing but what is asked, also when the first two are made at once",
    async (name) => {
      const kind = UPSTREAM_KINDS.find((candidate) => candidate.name === name)!;
      const connection = { baseUrl: server.url, apiKey: new Secret("key-123456"), headers: {} };
      const provider: Provider = kind.make(connection, { clock: new SystemClock() });
      const arrivals: Arrival[] = [];
      for (const texts of [["one", "two"], ["three"]]) {
        const failing = texts.map((text) => attemptErrorOf(provider.complete(makeCall(makeRequest(text)))));
        for (const _ of texts) arrivals.push(await server.arrival());
        for (const { response } of arrivals.slice(-texts.length)) response.writeHead(500).end("{}");
        await Promise.all(failing);
      }
      await provider.close();
      const heads = arrivals.map(({ method, url, headers: { "content-length": _, ...headers } }) => ({
        method,
        url,
        headers,
      }));
      expect(heads).toEqual([heads[0], heads[0], heads[0]]);
      const asked = arrivals.map(({ body }) => ["one", "two", "three"].filter((text) => body.includes(text)));
      expect(asked.flat().sort()).toEqual(["one", "three", "two"]);
      expect(asked[2]).toEqual(["three"]);
    },
  );
});
