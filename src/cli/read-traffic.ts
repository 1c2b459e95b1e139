import type { Finding } from "../config/explain-issues.ts";
import { formatPath, type Path } from "../config/path.ts";
import { formatProblems } from "../config/problem.ts";
import { emptyTree, type Tree } from "../config/tree.ts";
import { parseWorkload } from "../simulation/workload/parse-workload.ts";
import { readWorkload } from "../simulation/workload/read-workload.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { readTextFile } from "./read-text-file.ts";
import type { SimulateOptions } from "./simulate-options.ts";

/** The traffic to simulate, and how to say what is wrong with it. */
export interface Traffic {
  readonly workload: Workload;
  /** All findings, one a line, each with its place in the file or its option. */
  readonly explain: (findings: readonly Finding[]) => CliError;
}

/** Name of the stream that options describe. */
const STREAM = "traffic";

/** Options that describe a stream, by the keys of a workload file. */
const STREAM_FLAGS = {
  models: ["--model", "model"],
  rate: ["--rate", "rate"],
  input_tokens: ["--input-tokens", "inputTokens"],
  output_tokens: ["--output-tokens", "outputTokens"],
  max_output_tokens: ["--max-output-tokens", "maxOutputTokens"],
  priorities: ["--priorities", "priorities"],
  max_wait: ["--max-wait", "maxWait"],
} as const satisfies Record<string, readonly [flag: string, option: keyof SimulateOptions]>;

/** Reads the traffic from the workload file, or from options. @throws {CliError} with everything that is wrong */
export function readTraffic(options: SimulateOptions): Traffic {
  return options.workload === undefined ? fromFlags(options) : fromFile(options.workload, options);
}

function fromFile(file: string, options: SimulateOptions): Traffic {
  const used = Object.values(STREAM_FLAGS).filter(([, option]) => options[option] !== undefined);
  const flags = [...used.map(([flag]) => flag), ...(options.tenants === undefined ? [] : ["--tenants"])];
  if (flags.length > 0) {
    const message = `${flags.join(", ")}: the workload file says this already; write it there, or leave --workload out`;
    throw new CliError(message, EXIT.usage);
  }
  const parsed = parseWorkload(readTextFile(file, "workload"), process.env);
  if (parsed.problems.length > 0) throw new CliError(formatProblems(parsed.problems, file));
  const overridden = overrides(options);
  const explain = (findings: readonly Finding[]): CliError => {
    const [ofFlags, ofFile] = [true, false].map((isFlag) =>
      findings.filter(({ path }) => String(path[0]) in overridden === isFlag),
    );
    const lines = [
      ...(ofFile!.length > 0 ? [formatProblems(ofFile!.map(parsed.locate), file)] : []),
      ...ofFlags!.map((finding) => explainFlag(finding)),
    ];
    return new CliError(lines.join("\n"));
  };
  return check({ ...parsed.tree, ...overridden }, explain);
}

function fromFlags(options: SimulateOptions): Traffic {
  const hasAny = Object.values(STREAM_FLAGS).some(([, option]) => options[option] !== undefined);
  if (!hasAny) {
    const message =
      "which traffic? pass --workload workload.yaml, or --model, --rate, --input-tokens and --output-tokens";
    throw new CliError(message, EXIT.usage);
  }
  const stream = emptyTree();
  const set = (key: keyof typeof STREAM_FLAGS, convert: (given: string) => unknown): void => {
    const given = options[STREAM_FLAGS[key][1]];
    if (given !== undefined) stream[key] = convert(given);
  };
  const asIs = (given: string): string => given;
  set("models", (given) => given.split(",").map((model) => model.trim()));
  set("rate", asIs);
  set("input_tokens", toTokenSize);
  set("output_tokens", toTokenSize);
  set("max_output_tokens", asIs);
  set("priorities", (given) => toNamedNumbers(given, (share) => share ?? "1"));
  set("max_wait", asIs);
  const tree = { ...overrides(options), streams: { [STREAM]: stream } };
  const tenants =
    options.tenants === undefined
      ? {}
      : { tenants: toNamedNumbers(options.tenants, (weight) => (weight === undefined ? {} : { weight })) };
  return check({ ...tree, ...tenants }, (findings) => {
    return new CliError(findings.map(explainFlag).join("\n"), EXIT.usage);
  });
}

function check(tree: Tree, explain: Traffic["explain"]): Traffic {
  const reading = readWorkload(tree);
  if (reading.kind === "invalid") throw explain(reading.findings);
  return { workload: reading.workload, explain };
}

function overrides({ duration, seed }: SimulateOptions): Tree {
  return { ...(duration !== undefined && { duration }), ...(seed !== undefined && { seed }) };
}

function explainFlag({ path, message }: Finding): string {
  const said = message.startsWith("missing;") ? "missing; pass this option" : message;
  return `${flagOf(path)}: ${said}`;
}

function flagOf(path: Path): string {
  const [section, , key] = path;
  if (section !== "streams") return `--${section}`;
  return STREAM_FLAGS[key as keyof typeof STREAM_FLAGS]?.[0] ?? formatPath(path);
}

/** `800` for all, or `800:2` for a median and a spread. */
function toTokenSize(given: string): unknown {
  const [median, spread] = given.split(":");
  return spread === undefined ? given : { median, spread };
}

/** `a:3,b` as `{a: …, b: …}`; what follows the colon is undefined where there is none. */
function toNamedNumbers(given: string, convert: (number: string | undefined) => unknown): Tree {
  const tree = emptyTree();
  for (const part of given.split(",")) {
    const [name, number] = part.split(":");
    tree[name!.trim()] = convert(number?.trim());
  }
  return tree;
}
