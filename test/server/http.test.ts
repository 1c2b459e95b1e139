import { describe, expect, it } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { startFakeService } from "./running-service.ts";

const USAGE = "/headway.v1.HeadwayService/GetUsage";
const TENANTS = [{ name: "search", token: new Secret("s3cret") }];

describe("the HTTP door", () => {
  it("answers a plain JSON request", async () => {
    const { httpUrl } = await startFakeService();
    const response = await fetch(httpUrl + USAGE, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ totals: { requests: "4", primaryPercentage: 75 } });
  });

  it("shows the details of an error in words", async () => {
    const { httpUrl } = await startFakeService();
    const response = await fetch(`${httpUrl}/headway.v1.HeadwayService/ReleaseSlot`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "invalid_argument",
      message: "slot_id is required",
      details: [
        { type: "google.rpc.ErrorInfo", debug: { reason: "INVALID_REQUEST", domain: "headway" } },
        { type: "google.rpc.BadRequest", debug: { fieldViolations: [{ field: "slot_id" }] } },
      ],
    });
  });

  it.each([
    ["not JSON", "{"],
    ["a field of a wrong type", '{"models": 5}'],
    ["a value that is not in the enum", '{"timeframe": "TIMEFRAME_EON"}'],
    ["a field that is misspelt", '{"modles": ["openai/*"]}'],
  ])("blames the caller for %s", async (_, body) => {
    const { httpUrl } = await startFakeService();
    const headers = { "content-type": "application/json" };
    const response = await fetch(httpUrl + USAGE, { method: "POST", headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_argument" });
  });

  it("says that it lives and is ready", async () => {
    const { httpUrl } = await startFakeService();
    expect((await fetch(`${httpUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${httpUrl}/readyz`)).status).toBe(200);
  });

  it.each([
    ["nothing is there", "/elsewhere", { method: "POST" }, 404, "POST /headway.v1.HeadwayService/Complete"],
    ["the method is wrong", USAGE, { method: "PUT" }, 405, "called by POST, not by PUT"],
    [
      "a page form sends it",
      USAGE,
      { method: "POST", body: new URLSearchParams({}) },
      415,
      "application/json",
    ],
  ])("says what to do when %s", async (_, path, request, status, text) => {
    const { httpUrl } = await startFakeService();
    const response = await fetch(httpUrl + path, request);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(await response.text()).toContain(text);
  });
});

describe("a page of another origin", () => {
  const preflight = async (httpUrl: string, origin: string) =>
    await fetch(httpUrl + USAGE, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

  const cases = [
    { origin: "http://localhost:3000", tenants: [], isAllowed: true },
    { origin: "http://127.0.0.1", tenants: [], isAllowed: true },
    { origin: "https://example.com", tenants: [], isAllowed: false },
    { origin: "http://localhost.example.com", tenants: [], isAllowed: false },
    { origin: "https://example.com", tenants: TENANTS, isAllowed: true },
  ];
  it.each(cases)(
    "$origin may call with $tenants.length tenants: $isAllowed",
    async ({ origin, tenants, isAllowed }) => {
      const { httpUrl } = await startFakeService({}, { tenants });
      const response = await preflight(httpUrl, origin);
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-origin")).toBe(isAllowed ? origin : null);
      const allowed = response.headers.get("access-control-allow-headers") ?? "";
      expect(/content-type.*authorization/i.test(allowed)).toBe(isAllowed);
    },
  );

  it("can read the answer", async () => {
    const { httpUrl } = await startFakeService();
    const response = await fetch(httpUrl + USAGE, {
      method: "POST",
      headers: { origin: "http://localhost:3000", "content-type": "application/json" },
      body: "{}",
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:3000");
  });
});
