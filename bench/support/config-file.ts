import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A configuration in a folder of its own, which goes with it. */
export function writeConfig(text: string): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "headway-bench-"));
  const path = join(folder, "headway.yaml");
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** One provider whose limits no benchmark reaches, so that all rules are applied and nothing waits. */
export function benchConfig(baseUrl: string): string {
  return `
providers:
  bench:
    type: openai_compatible
    base_url: ${baseUrl}
    api_key: none
    models:
      model:
        upstream_model: bench
        context_window: 128000
        max_output_tokens: 256
        limits:
          - {metric: requests, window: 1m, amount: 60000000}
          - {metric: tokens, window: 1m, amount: 1000000000000}
          - {metric: requests, window: 1d, amount: 1000000000000}
        price: {input_per_million_usd: 0.15, output_per_million_usd: 0.6}
storage: {path: memory}
listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0"}
`;
}
