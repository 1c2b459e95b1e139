import { expect, it, onTestFinished } from "vitest";
import type { Deployment } from "../../src/catalog/catalog.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { OllamaProvider } from "../../src/providers/ollama/provider.ts";
import { ProviderDirectory } from "../../src/providers/provider-directory.ts";
import { makeCall, makeRequest } from "../support/providers/make-call.ts";
import { ScriptServer } from "../support/providers/script-server.ts";

it("closing waits for calls that run, but no longer than it may", async () => {
  const server = await ScriptServer.start();
  onTestFinished(() => server.stop());
  const clock = new ManualClock();
  const directory = new ProviderDirectory(
    (_deployment, connection) => new OllamaProvider(connection, { clock }),
    clock,
  );
  const connection = { apiKey: undefined, baseUrl: server.url, headers: [] };
  const provider = directory.of({
    configured: true,
    connection,
    providerType: "ollama",
  } as unknown as Deployment);
  const answered = provider!.complete(makeCall(makeRequest("hello")));
  const { response } = await server.arrival();
  let isClosed = false;
  const closing = directory.close(1_000).then(() => {
    isClosed = true;
  });
  clock.advance(999);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  clock.advance(1);
  await closing;
  response.end(
    JSON.stringify({ message: { role: "assistant", content: "Hi." }, done: true, done_reason: "stop" }),
  );
  expect((await answered).message.parts).toEqual([{ kind: "text", text: "Hi." }]);
});
