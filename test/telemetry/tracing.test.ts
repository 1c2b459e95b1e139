import { fork } from "node:child_process";
import { once } from "node:events";
import { type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** A collector that keeps the bytes it is sent. */
async function startCollector(): Promise<{ readonly port: number; readonly received: Buffer[] }> {
  const received: Buffer[] = [];
  const keep: handleUnaryCall<Buffer, Buffer> = ({ request }, callback) => {
    received.push(request);
    callback(null, Buffer.alloc(0));
  };
  const raw = (bytes: Buffer) => bytes;
  const server = new Server();
  server.addService(
    {
      export: {
        path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        requestStream: false,
        responseStream: false,
        requestDeserialize: raw,
        requestSerialize: raw,
        responseDeserialize: raw,
        responseSerialize: raw,
      },
    },
    { export: keep },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { port, received };
}

interface Outcome {
  readonly traceId: string;
  readonly closeMs: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly isOn: boolean;
}

/** Makes one Complete in a process of its own, since OpenTelemetry is set up once a process. */
async function completeTraced(
  endpoint: string | undefined,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const child = fork(new URL("traced-complete.ts", import.meta.url), [], {
    env: { ...process.env, TEST_TRACEPARENT: PARENT, TEST_ENDPOINT: endpoint ?? "", ...environment },
    execPath: "node_modules/.bin/node",
    execArgv: [],
  });
  onTestFinished(() => void child.kill());
  const exit = once(child, "exit");
  const early = exit.then(([code]) => expect.fail(`ended with ${code} and without an outcome`));
  const [outcome] = (await Promise.race([once(child, "message"), early])) as [Outcome];
  await exit;
  return outcome;
}

describe("a traced Complete", () => {
  it("is sent to the collector as the child of the caller's span", async () => {
    const { port, received } = await startCollector();
    const outcome = await completeTraced(`http://127.0.0.1:${port}`);
    expect(outcome).toMatchObject({ isOn: true, traceId: "0af7651916cd43dd8448eb211c80319c" });
    const sent = Buffer.concat(received);
    expect(sent.includes(Buffer.from("0af7651916cd43dd8448eb211c80319c", "hex"))).toBe(true);
    // The span's parent, and what describes it.
    expect(sent.includes(Buffer.from("b7ad6b7169203331", "hex"))).toBe(true);
    for (const text of [
      "headway.v1.HeadwayService/Complete",
      "rpc.grpc.status_code",
      "headway.request_id",
      "my-service",
      "inner work",
    ]) {
      expect(sent.includes(text), text).toBe(true);
    }
    expect(sent.includes("what I ask")).toBe(false);
  });

  it("has its trace in the lines of the log", async () => {
    const { port } = await startCollector();
    const { lines } = await completeTraced(`http://127.0.0.1:${port}`);
    expect(lines.find(({ msg }) => msg === "at work")).toMatchObject({
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      request_id: "r1",
    });
  });

  it("is not held up by a collector that is not there, which one line tells", async () => {
    const outcome = await completeTraced("http://127.0.0.1:1");
    expect(outcome.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(outcome.lines.filter(({ level }) => level === "warn")).toMatchObject([
      { msg: "spans cannot be sent and are lost; is the collector running?" },
    ]);
  });
});

it.each([
  ["there is no endpoint", undefined, {}],
  ["the standard variable says so", "http://127.0.0.1:1", { OTEL_SDK_DISABLED: "true" }],
])("no spans are made when %s", async (_, endpoint, environment) => {
  expect(await completeTraced(endpoint, environment)).toMatchObject({ isOn: false, traceId: "" });
});
