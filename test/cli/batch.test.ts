import { expect, it } from "vitest";
import { run, startServer, writeConfig } from "./program.ts";

const request = (text: string, model = "echo/echo"): string =>
  JSON.stringify({ model, messages: [{ role: "ROLE_USER", parts: [{ text }] }] });

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .sort((left, right) => left.index - right.index);

it("answers a file, and what was answered comes from the store the second time", async () => {
  const { address } = await startServer();
  const args = ["batch", writeConfig(`${request("one")}\n\n${request("two")}\n`), "--request-id", "night"];
  const first = await run(args, { HEADWAY_ADDRESS: address });
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(/^0 of 2 done, 0 failed, \d in progress$/m);
  expect(linesOf(first.stdout)).toMatchObject([
    { index: 0, response: { message: { parts: [{ text: "one" }] } } },
    { index: 1, response: { message: { parts: [{ text: "two" }] } } },
  ]);
  const again = await run(args, { HEADWAY_ADDRESS: address });
  expect(linesOf(again.stdout).map(({ response }) => response.cacheHit)).toEqual([true, true]);
});

it("tells of a request that fails, and answers the others", async () => {
  const { address } = await startServer();
  const file = writeConfig([request("one"), request("two", "echo/eco")].join("\n"));
  const { code, stdout, stderr } = await run(["batch", file], { HEADWAY_ADDRESS: address });
  expect(code).toBe(1);
  expect(stderr.trimEnd().split("\n").at(-1)).toBe("1 of 2 failed; each has its error");
  expect(linesOf(stdout)).toMatchObject([
    { index: 0, response: {} },
    { index: 1, error: {} },
  ]);
});

it("names every line that is no request, and asks nothing", async () => {
  const file = writeConfig(`${request("one")}\n{"modle": "echo/echo"}\n\n{"model": \n`);
  const { code, stdout, stderr } = await run(["batch", file, "--address", "127.0.0.1:1"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const [second, fourth, ...rest] = stderr.trimEnd().split("\n");
  expect(second).toContain(`${file}:2: `);
  expect(second).toContain("modle");
  expect(fourth).toContain(`${file}:4: `);
  expect(rest).toEqual([]);
});

it("says when there is no file, no request or no such concurrency", async () => {
  const missing = await run(["batch", "none.jsonl"]);
  expect(missing).toMatchObject({
    code: 1,
    stderr: "cannot read the requests none.jsonl: there is no such file\n",
  });
  expect((await run(["batch", writeConfig("\n")])).stderr).toContain("there is no request");
  const file = writeConfig(request("one"));
  expect(await run(["batch", file, "--max-concurrency", "0"])).toMatchObject({ code: 2 });
});
