import type { Provider, ProviderCall } from "../../../src/providers/provider.ts";
import { type Arrival, ScriptServer } from "./script-server.ts";
import { makeProvider, UPSTREAM_KINDS, type UpstreamKind } from "./upstreams.ts";

/** What a server answers. A body that is not a text is sent as JSON. */
export interface FixedAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** Runs `use` with a provider whose server gives this answer to its one request; the request comes back too. */
export async function answerOnce<Result>(
  name: UpstreamKind["name"],
  { status = 200, headers = {}, body }: FixedAnswer,
  use: (provider: Provider) => Promise<Result>,
): Promise<{ result: Result; arrival: Arrival }> {
  const server = await ScriptServer.start();
  const provider = makeProvider(UPSTREAM_KINDS.find((kind) => kind.name === name)!, server.url);
  try {
    const using = use(provider);
    const arrival = await server.arrival();
    arrival.response.writeHead(status, { "content-type": "application/json", ...headers });
    arrival.response.end(typeof body === "string" ? body : JSON.stringify(body));
    return { result: await using, arrival };
  } finally {
    await server.stop();
    await provider.close();
  }
}

/** The answer of a unary call, as parsed from what the server said. */
export async function completeOnce(name: UpstreamKind["name"], call: ProviderCall, answer: FixedAnswer) {
  return (await answerOnce(name, answer, (provider) => provider.complete(call))).result;
}
