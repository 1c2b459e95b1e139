import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { lineWith, run, start, startBy, startServer, writeConfig } from "./program.ts";

const UNREACHABLE = "127.0.0.1:1";

describe("a command that is used wrongly exits with 2 for", () => {
  it.each([
    ["no command", [], "Usage: headway"],
    ["an unknown command", ["srve"], "unknown command 'srve'"],
    ["an unknown option", ["usage", "--jsn"], "unknown option '--jsn'"],
    ["an empty prompt", ["complete", " "], 'headway complete "…"'],
    ["an address that is none", ["usage", "--address", "a b"], "a b is no address"],
  ])("%s", async (_, args, text) => {
    const { code, stderr } = await run(args);
    expect(stderr).toContain(text);
    expect(code).toBe(2);
  });
});

it("help and version are answers, not errors", async () => {
  expect(await run(["--version"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const command of ["serve", "check-config", "complete", "usage", "models", "HEADWAY_TOKEN"]) {
    expect(stdout).toContain(command);
  }
});

it("a command ends quietly when nobody reads what it writes", async () => {
  const { child, ending } = start(["--help"]);
  child.stdout!.destroy();
  expect(await ending).toEqual({ code: 0, stdout: "", stderr: "" });
});

describe("check-config", () => {
  it("prints every problem at once", async () => {
    const file = writeConfig("teir: tier2\nlisten: {grpc: nowhere}\n");
    const { code, stderr } = await run(["check-config", "--config", file]);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(2);
    expect(stderr).toMatch(/headway\.yaml:1: teir.*\n.*headway\.yaml:2: listen\.grpc/);
  });

  it("says what a valid one turns on", async () => {
    const { code, stdout } = await run(["check-config"], { OPENAI_API_KEY: "sk-1" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^openai: on$/m);
    expect(stdout).toMatch(/^anthropic: off; to turn it on set ANTHROPIC_API_KEY$/m);
    expect(stdout).not.toContain("sk-1");
  });

  it("says when the file is not there", async () => {
    const { code, stderr } = await run(["check-config", "--config", "none.yaml"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "cannot read the config none.yaml: there is no such file\n",
    });
  });
});

describe("with nothing to talk to", () => {
  it.each(["usage", "models", "complete"])("%s says how to start a server, on one line", async (command) => {
    const args = command === "complete" ? [command, "hi"] : [command];
    expect(await run([...args, "--address", UNREACHABLE])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `cannot reach Headway at ${UNREACHABLE}; start it with \`npm start\` or pass --address\n`,
    });
  });
});

describe("a running server", () => {
  it("is asked by the client commands", async () => {
    const { address } = await startServer();
    const environment = { HEADWAY_ADDRESS: address };
    const answer = await run(["complete", "--model", "echo/echo", "hello there"], environment);
    expect(answer).toMatchObject({ code: 0, stdout: "hello there\n" });
    expect(answer.stderr).toMatch(/^\[echo\/echo, \d+ \+ \d+ tokens, \$0\.00\]\n$/);

    const fromInput = await run(["complete", "--json"], environment, "from a pipe");
    expect(JSON.parse(fromInput.stdout)).toMatchObject({
      model: "echo/echo",
      message: { parts: [{ text: "from a pipe" }] },
    });

    const usage = await run(["usage"], environment);
    expect(usage.stdout).toMatch(/^POOL +LIMIT +USED/);
    expect(usage.stdout).toMatch(/^echo\/echo/m);
    expect(usage.stdout).toMatch(/^2 requests, 0 by fallback, 0 errors/m);
    expect(JSON.parse((await run(["usage", "--json"], environment)).stdout)).toMatchObject({
      totals: { requests: "2" },
    });

    const models = await run(["models"], environment);
    expect(models.stdout).toMatch(/^echo\/echo +ready/m);
    expect(models.stdout).toMatch(/^openai\/gpt-4o-mini +off/m);

    const refused = await run(["complete", "--model", "echo/eco", "hi"], environment);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^MODEL_NOT_FOUND: .*\n$/);
  });

  it("wants a token where there are tenants", async () => {
    const { address } = await startServer("tenants: {search: {token: s3cret}}\n");
    const environment = { HEADWAY_ADDRESS: address };
    expect(await run(["usage"], environment)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^TOKEN_INVALID: .*; set HEADWAY_TOKEN\n$/),
    });
    expect(await run(["usage"], { ...environment, HEADWAY_TOKEN: "s3cret" })).toMatchObject({ code: 0 });
  });

  it("says which door is taken", async () => {
    const { address } = await startServer();
    const file = writeConfig(`listen: {grpc: "${address}", http: "127.0.0.1:0"}\nstorage: memory\n`);
    const { code, stderr } = await run(["serve", "--config", file]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `cannot listen on ${address} for gRPC: another process listens there; ` +
        "set listen.grpc in the config or HEADWAY_GRPC_ADDRESS to another address\n",
    );
  });
});

/** Two slots can be had at once only in theory: the second waits for a minute. */
const SLOW = `
providers:
  slow: {type: echo, models: {model: {limits: {rpm: 3}}}}
`;

async function call(
  httpUrl: string,
  method: string,
  body: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${httpUrl}/headway.v1.HeadwayService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return { status: response.status, body: await response.text() };
}

function acquire(httpUrl: string): Promise<{ readonly status: number; readonly body: string }> {
  return call(httpUrl, "AcquireSlot", '{"models": ["slow/model"]}');
}

describe("a server that is told to stop", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("ends well at %s", async (signal) => {
    const { child, ending } = await startServer();
    child.kill(signal);
    const { code, stdout } = await ending;
    expect(stdout).toContain('"msg":"stopped"');
    expect(code).toBe(0);
  });

  it("ends well when npm, which runs it in a shell, is stopped", async () => {
    const file = writeConfig('listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0"}\nstorage: memory\n');
    const shell = ["sh", "-c", '"$@"; exit $?', "sh"];
    const server = startBy(shell, ["serve", "--config", file], { npm_lifecycle_event: "start" });
    await lineWith(server, '"msg":"serving"');
    server.child.kill("SIGTERM");
    expect((await server.ending).stdout).toContain('"msg":"stopped"');
  });

  it("tells those who wait for a slot that it is gone", async () => {
    const { child, ending, httpUrl } = await startServer(SLOW);
    expect((await acquire(httpUrl)).status).toBe(200);
    const waiting = acquire(httpUrl);
    await isQueued(httpUrl);
    child.kill("SIGTERM");
    expect(await waiting).toMatchObject({ status: 503, body: expect.stringContaining("SHUTTING_DOWN") });
    expect((await ending).code).toBe(0);
  });
});

it("a second signal ends the server at once", async () => {
  const upstream = await startSilentUpstream();
  const file = writeConfig(
    `listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0", drain_timeout: 60s}\nstorage: memory\n${upstream.config}`,
  );
  const server = start(["serve", "--config", file]);
  const { http } = JSON.parse(await lineWith(server, '"msg":"serving"')) as { http: string };
  const messages = '[{"role": "ROLE_USER", "parts": [{"text": "hello"}]}]';
  const running = call(`http://${http}`, "Complete", `{"model": "silent/model", "messages": ${messages}}`);
  const cut = running.catch(() => "cut");
  await upstream.asked;
  server.child.kill("SIGINT");
  await lineWith(server, "stopping");
  // The second one counts only when it cannot be an echo of the first.
  const again = setInterval(() => server.child.kill("SIGINT"), 200);
  const { code } = await server.ending;
  clearInterval(again);
  expect(code).toBe(130);
  expect(await cut).toBe("cut");
});

/** A provider that hears a call and never answers it, so that the call runs for as long as it may. */
async function startSilentUpstream(): Promise<{ readonly config: string; readonly asked: Promise<void> }> {
  const heard = Promise.withResolvers<void>();
  const upstream = createServer(() => heard.resolve());
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  const { port } = upstream.address() as AddressInfo;
  const provider = `{type: openai_compatible, base_url: "http://127.0.0.1:${port}/v1", api_key: none, models: {model: {}}}`;
  return { config: `providers:\n  silent: ${provider}\n`, asked: heard.promise };
}

/** Resolves when a request waits. */
async function isQueued(httpUrl: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${httpUrl}/headway.v1.HeadwayService/GetUsage`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"models": ["slow/model"]}',
    });
    const { pools } = (await response.json()) as { pools?: { queueLength?: string }[] };
    if (pools?.[0]?.queueLength === "1") return;
  }
}
