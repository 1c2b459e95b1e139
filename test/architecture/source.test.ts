import { describe, expect, it } from "vitest";
import { readSourceFiles } from "../support/source-files.ts";

const FILES = readSourceFiles();
const MOST_LINES = 300;

/** Time and chance have one port each, in `core`; a test that cannot set them cannot test what depends on them. */
const CLOCKS_AND_DICE =
  /\bDate\.now\b|\bperformance\.now\b|\bprocess\.hrtime\b|\bnew Date\(\s*\)|\bsetTimeout\b|\bsetInterval\b|\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\bAbortSignal\.timeout\b/;

describe("source files", () => {
  it("take time from the clock and chance from the random port", () => {
    const own = FILES.filter(({ path }) => !path.startsWith("core/"));
    const offenders = own.flatMap(({ path, code }) => {
      const found = CLOCKS_AND_DICE.exec(code);
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect(offenders).toEqual([]);
    expect(FILES.find(({ path }) => path === "core/clock.ts")?.code).toMatch(CLOCKS_AND_DICE);
  });

  it(`have at most ${MOST_LINES} lines`, () => {
    const long = FILES.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
    expect(long.filter(({ lines }) => lines > MOST_LINES)).toEqual([]);
  });

  it("are named in kebab case, and none is a barrel", () => {
    expect(FILES.filter(({ path }) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path))).toEqual([]);
    const barrels = FILES.filter(
      ({ path, code }) => /(^|\/)index\.ts$/.test(path) || /^export \* from/m.test(code),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it("need no syntax that is more than types", () => {
    const enums = FILES.filter(({ code }) => /^(export )?(const )?enum |^(export )?namespace /m.test(code));
    expect(enums.map(({ path }) => path)).toEqual([]);
  });

  it("hold no loose ends", () => {
    const loose = FILES.filter(({ text }) =>
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error|nocheck)/.test(text),
    );
    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  it("that are folders of providers hold the same files", () => {
    const folders = Map.groupBy(
      FILES.filter(({ path }) => /^providers\/[^/]+\//.test(path)),
      ({ path }) => path.split("/")[1]!,
    );
    expect([...folders.keys()]).toEqual(["anthropic", "echo", "gemini", "ollama", "openai"]);
    const names = [...folders.values()].map((files) =>
      files.map(({ path }) => path.split("/").slice(2).join("/")),
    );
    for (const one of names) expect(one).toEqual(names[0]);
  });
});
