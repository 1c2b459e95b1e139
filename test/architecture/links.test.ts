import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { REPOSITORY } from "../support/source-files.ts";

const PAGES = [
  ...pagesIn("."),
  ...readdirSync(join(REPOSITORY, "docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("docs", path)),
  ...readdirSync(join(REPOSITORY, "clients")).flatMap((language) => pagesIn(join("clients", language))),
];

function pagesIn(folder: string): string[] {
  const entries = statSync(join(REPOSITORY, folder)).isDirectory()
    ? readdirSync(join(REPOSITORY, folder))
    : [];
  return entries.filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
}

/** Links of one page to another, or to a heading; not to the web. */
const LINK = /\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

function withoutCode(page: string): string {
  return readFileSync(join(REPOSITORY, page), "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = withoutCode(page).matchAll(/^#+ (.+)$/gm);
  const anchorOf = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
  return new Set([...headings].map(([, heading]) => anchorOf(heading!)));
}

function isBroken(page: string, path: string, anchor: string | undefined): boolean {
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(REPOSITORY, target))) return true;
  return anchor !== undefined && !anchorsOf(target).has(anchor);
}

it.each(PAGES)("%s links only to what is there", (page) => {
  const links = [...withoutCode(page).matchAll(LINK)];
  const broken = links.filter(([, path, anchor]) => isBroken(page, path!, anchor));
  expect(broken.map(([link]) => link)).toEqual([]);
});

it("the README names every page of docs", () => {
  const readme = withoutCode("README.md");
  const missing = PAGES.filter((page) => /^docs\/[^/]+\.md$/.test(page) && !readme.includes(page));
  expect(missing).toEqual([]);
});
