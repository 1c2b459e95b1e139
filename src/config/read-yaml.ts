import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Path, pathKey } from "./path.ts";
import type { Problem } from "./problem.ts";
import { type Environment, substitute } from "./substitute.ts";
import { emptyTree, isTree, type Tree } from "./tree.ts";

const MAX_NODES = 200_000;
const MAX_DEPTH = 64;

/** A file as plain values, with what is needed to say where each came from. */
export interface YamlFile {
  readonly tree: Tree;
  /** Line of each key and list element by {@link pathKey}, from 1. */
  readonly lines: ReadonlyMap<string, number>;
  /** Variables that were filled in, by {@link pathKey}: such values are not shown in messages. */
  readonly substituted: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML 1.2 and fills in environment variables in its values. Never throws: what cannot be read is a problem,
 * and the rest is read nevertheless. An empty value after substitution counts as not written.
 */
export function readYaml(text: string, environment: Environment): YamlFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  const problems: Problem[] = document.errors.map((error) => ({
    path: [],
    origin: { kind: "file", line: lineOf(error.pos[0]) },
    message: `this is not valid YAML: ${error.message}`,
  }));
  const reader = new Reader(document, environment, lineOf);
  const tree = reader.read(document.contents, []);
  problems.push(...reader.problems);
  if (tree !== null && !isTree(tree)) {
    const message = "the file must hold keys and values, as tier: tier1";
    problems.push({ path: [], origin: { kind: "file", line: 1 }, message });
  }
  return {
    tree: isTree(tree) ? tree : emptyTree(),
    lines: reader.lines,
    substituted: reader.substituted,
    problems,
  };
}

class Reader {
  readonly lines = new Map<string, number>();
  readonly substituted = new Map<string, readonly string[]>();
  readonly problems: Problem[] = [];
  readonly #document: Document;
  readonly #environment: Environment;
  readonly #lineOf: (offset: number) => number;
  #nodeCount = 0;

  constructor(document: Document, environment: Environment, lineOf: (offset: number) => number) {
    this.#document = document;
    this.#environment = environment;
    this.#lineOf = lineOf;
  }

  read(node: Node | null, path: Path): unknown {
    if (++this.#nodeCount > MAX_NODES || path.length > MAX_DEPTH) {
      // Only the first is told: everything after it would be told as well.
      if (this.#nodeCount <= MAX_NODES + 1)
        this.#report(path, "the file is too large or too deep from here on");
      this.#nodeCount = MAX_NODES + 1;
      return null;
    }
    if (isAlias(node)) return this.read(node.resolve(this.#document) ?? null, path);
    if (isScalar(node)) return this.#readScalar(node.value, path);
    if (isSeq(node))
      return node.items.map((item, index) => this.#readChild(item as Node, [...path, index], item));
    if (!isMap(node)) return null;
    const tree = emptyTree();
    for (const pair of node.items) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      tree[key] = this.#readChild(pair.value as Node | null, [...path, key], pair.key);
    }
    return tree;
  }

  #readChild(node: Node | null, path: Path, place: unknown): unknown {
    const range = (place as Node | null)?.range;
    if (range) this.lines.set(pathKey(path), this.#lineOf(range[0]));
    return this.read(node, path);
  }

  #readScalar(value: unknown, path: Path): unknown {
    if (typeof value !== "string" || !value.includes("${")) return value;
    const { text, variables, problems } = substitute(value, this.#environment);
    if (variables.length > 0) this.substituted.set(pathKey(path), variables);
    for (const problem of problems) this.#report(path, problem);
    return text === "" ? null : text;
  }

  #report(path: Path, message: string): void {
    this.problems.push({ path, origin: { kind: "file", line: this.lines.get(pathKey(path)) ?? 1 }, message });
  }
}
