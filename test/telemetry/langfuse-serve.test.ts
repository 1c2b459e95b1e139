import { expect, it, onTestFinished } from "vitest";
import { startServer } from "../cli/program.ts";
import { OtlpReceiver } from "../support/telemetry/otlp-receiver.ts";

it("a server with Langfuse in its config has sent all attempts when it ends, and never says the key", async () => {
  const receiver = await OtlpReceiver.start();
  onTestFinished(() => receiver.stop());
  const server = await startServer(
    `telemetry: {langfuse: {host: "${receiver.url}/", public_key: pk-lf-1, secret_key: sk-lf-hidden}}`,
  );
  const response = await fetch(`${server.httpUrl}/headway.v1.HeadwayService/Complete`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "echo/echo",
      messages: [{ role: "ROLE_USER", parts: [{ text: "for nobody else" }] }],
    }),
  });
  expect(response.status).toBe(200);
  server.child.kill("SIGTERM");
  const { code, stdout, stderr } = await server.ending;
  expect(code).toBe(0);
  expect(receiver.requests.every(({ path }) => path === "/api/public/otel/v1/traces")).toBe(true);
  const [generation, request] = [...receiver.spans].sort((left, right) => (left.name < right.name ? -1 : 1));
  expect(generation).toMatchObject({
    name: "chat echo",
    parentSpanId: request!.spanId,
    attributes: {
      "langfuse.observation.model.name": "echo/echo",
      "langfuse.observation.cost_details": '{"input":0,"output":0,"total":0}',
    },
  });
  expect(receiver.spans).toHaveLength(2);
  expect(stdout + stderr).not.toMatch(/sk-lf-hidden|for nobody else/);
  expect(JSON.stringify(receiver.spans)).not.toContain("for nobody else");
});
