import { describe, expect, it } from "vitest";
import { readSourceFiles } from "../support/source-files.ts";

const FILES = readSourceFiles();

/** The layers of `src`, the highest first; a file imports from its own part and from lower layers only. */
const LAYERS: readonly (readonly string[])[] = [
  ["main"],
  ["cli"],
  ["app"],
  ["server"],
  ["rpc", "telemetry", "metrics", "web", "stores/memory", "stores/sqlite", "stores/redis"],
  ["providers/openai", "providers/gemini", "providers/anthropic", "providers/ollama", "providers/echo"],
  ["completion", "simulation"],
  ["scheduler", "fallback"],
  ["providers"],
  ["tracker", "cost", "catalog"],
  ["config"],
  ["core"],
];

/** The part of the architecture that a file belongs to; its own folders count where they are parts. */
function partOf(path: string): string {
  const [first, second] = path.split("/");
  if (second === undefined) return first!.replace(/\.ts$/, "");
  const isFolder = path.split("/").length > 2;
  const own = `${first}/${second}`;
  if (isFolder && LAYERS.flat().includes(own)) return own;
  return first!;
}

function layerOf(part: string): number {
  const layer = LAYERS.findIndex((parts) => parts.includes(part));
  if (layer === -1) throw new Error(`src/${part} has no place in the architecture`);
  return layer;
}

const EDGES = FILES.flatMap(({ path, imports }) =>
  imports
    .filter((name) => name.endsWith(".ts"))
    .map((target) => ({ edge: `${path} → ${target}`, from: partOf(path), to: partOf(target) })),
).filter(({ from, to }) => from !== to);

/** The files that import each other in a circle, types included, or lie between two circles. */
function filesInCircles(files: typeof FILES): typeof FILES {
  const names = new Set(files.map(({ path }) => path));
  const importing = files.filter(({ imports }) => imports.some((name) => names.has(name)));
  const imported = new Set(importing.flatMap(({ imports }) => imports));
  const left = importing.filter(({ path }) => imported.has(path));
  return left.length === files.length ? files : filesInCircles(left);
}

const importers = (pattern: RegExp) =>
  FILES.filter(({ imports }) => imports.some((name) => pattern.test(name))).map(({ path }) => path);

describe("imports", () => {
  it("are read at all", () => {
    expect(FILES.length).toBeGreaterThan(200);
    expect(EDGES.length).toBeGreaterThan(300);
    expect(EDGES).toContainEqual({
      edge: "app/create-provider.ts → providers/openai/provider.ts",
      from: "app",
      to: "providers/openai",
    });
  });

  it("lead downwards", () => {
    const upwards = EDGES.filter(({ from, to }) => layerOf(from) >= layerOf(to)).map(({ edge }) => edge);
    expect(upwards).toEqual([]);
  });

  it("lead in no circle, but from who waits to where it waits and back", () => {
    const paths = filesInCircles(FILES).map(({ path }) => path);
    expect(paths).toContain("scheduler/place.ts");
    expect(paths.filter((path) => !path.startsWith("scheduler/"))).toEqual([]);
  });

  it("of main are cli and app alone", () => {
    expect([...new Set(EDGES.filter(({ from }) => from === "main").map(({ to }) => to))].sort()).toEqual([
      "app",
      "cli",
    ]);
  });

  it("of classes from stores and providers are in app alone", () => {
    const named = EDGES.filter(({ to }) => /^(stores|providers)\//.test(to) && to.includes("/"));
    expect(named.filter(({ from }) => from !== "app").map(({ edge }) => edge)).toEqual([]);
  });

  it("of providers are the port beside them and core", () => {
    const others = EDGES.filter(
      ({ from, to }) => from.startsWith("providers/") && !["providers", "core"].includes(to),
    );
    expect(others.map(({ edge }) => edge)).toEqual([]);
  });

  it("of generated code are in rpc, server and cli alone", () => {
    const paths = importers(/^gen\//);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !/^(rpc|server|cli)\//.test(path))).toEqual([]);
  });

  it("of OpenTelemetry's SDK are in telemetry alone; others see its API", () => {
    const paths = importers(/^@opentelemetry\/(?!api$)/);
    expect(paths).toContain("telemetry/tracing.ts");
    expect(paths.filter((path) => !path.startsWith("telemetry/"))).toEqual([]);
  });

  it("of prom-client are in metrics alone", () => {
    const paths = importers(/^prom-client$/);
    expect(paths).toContain("metrics/service-metrics.ts");
    expect(paths.filter((path) => !path.startsWith("metrics/"))).toEqual([]);
  });

  it("of gRPC and Connect servers are in server, and of clients in cli", () => {
    const paths = importers(/^(@grpc\/|@connectrpc\/|grpc-health-check)/);
    expect(paths.filter((path) => !/^(server|cli)\//.test(path))).toEqual([]);
  });

  it("of what speaks over the network are at the edge alone", () => {
    const paths = importers(/^(undici|node:(dgram|dns|http|http2|https|net|tls))(\/|$)/);
    expect(paths).toContain("web/post-webhook.ts");
    expect(paths.filter((path) => !/^(server|providers|telemetry|web)\//.test(path))).toEqual([]);
    const fetching = FILES.filter(({ code }) =>
      /(?<![.\w#])fetch\(|\bglobalThis\.fetch\b|\bnew WebSocket\b/.test(code),
    );
    expect(fetching.map(({ path }) => path)).toEqual(["providers/recorded-fetch.ts"]);
  });

  it("of the providers' SDKs are in their folders", () => {
    for (const [pattern, folder] of [
      [/^openai($|\/)/, "providers/openai/"],
      [/^@google\/generative-ai/, "providers/gemini/"],
      [/^@anthropic-ai\//, "providers/anthropic/"],
    ] as const) {
      const paths = importers(pattern);
      expect(paths.length).toBeGreaterThan(0);
      expect(paths.filter((path) => !path.startsWith(folder))).toEqual([]);
    }
  });

  it("of core are the platform's alone", () => {
    const outside = FILES.filter(({ path }) => path.startsWith("core/")).flatMap(({ path, imports }) =>
      imports
        .filter((name) => !name.startsWith("core/") && !name.startsWith("node:"))
        .map((name) => `${path} → ${name}`),
    );
    expect(outside).toEqual([]);
  });
});
