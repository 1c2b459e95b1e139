import { once } from "node:events";
import { fromJsonString, toJson } from "@bufbuild/protobuf";
import {
  type BatchProgress,
  type BatchResult,
  BatchResultSchema,
} from "../../gen/es/headway/v1/complete_batch_pb.js";
import { type CompleteRequest, CompleteRequestSchema } from "../../gen/es/headway/v1/complete_pb.js";
import { CliError, EXIT } from "./cli-error.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { explainRpcError } from "./explain-rpc-error.ts";
import { readTextFile } from "./read-text-file.ts";

/** Options of `headway batch`. */
export interface BatchOptions extends ConnectionOptions {
  /** The name by which the batch can be resumed. Undefined: it cannot. */
  readonly requestId?: string;
  /** The most requests in progress at the same time. Undefined: the server's default. */
  readonly maxConcurrency?: string;
}

/**
 * Answers a file of requests, one CompleteRequest as JSON a line: each result as a line of JSON to standard output as it
 * is done, with the index of its request (from 0, empty lines not counted); how far it is to standard error.
 * @throws {CliError} also when a request has failed
 */
export async function batchCommand(file: string, options: BatchOptions): Promise<void> {
  const requests = readRequests(file);
  const maxConcurrency = readConcurrency(options.maxConcurrency);
  let failedCount = 0;
  try {
    const asked = { requests, requestId: options.requestId ?? "", maxConcurrency };
    for await (const { event } of connect(options).completeBatch(asked)) {
      if (event.case === "progress") process.stderr.write(`${describeProgress(event.value)}\n`);
      if (event.case !== "result") continue;
      if (event.value.outcome.case === "error") failedCount++;
      if (!process.stdout.write(`${resultLine(event.value)}\n`)) await once(process.stdout, "drain");
    }
  } catch (error) {
    throw explainRpcError(error, options.address);
  }
  if (failedCount > 0) throw new CliError(`${failedCount} of ${requests.length} failed; each has its error`);
}

/** @throws {CliError} with every line that is no request */
function readRequests(file: string): CompleteRequest[] {
  const problems: string[] = [];
  const requests: CompleteRequest[] = [];
  for (const [index, line] of readTextFile(file, "requests").split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      requests.push(fromJsonString(CompleteRequestSchema, line));
    } catch (error) {
      const [message] = (error as Error).message.split("\n");
      problems.push(`${file}:${index + 1}: ${message}`);
    }
  }
  if (problems.length > 0) throw new CliError(problems.join("\n"));
  if (requests.length === 0)
    throw new CliError(`${file}: there is no request; write one as JSON on each line`);
  return requests;
}

function readConcurrency(given: string | undefined): number {
  if (given === undefined) return 0;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new CliError(`--max-concurrency: ${given} is no whole number above 0`, EXIT.usage);
}

function resultLine(result: BatchResult): string {
  // JSON of the contract leaves out an index of 0.
  const told = toJson(BatchResultSchema, result) as object;
  return JSON.stringify({ index: result.index, ...told });
}

function describeProgress({ totalCount, succeededCount, failedCount, runningCount }: BatchProgress): string {
  return `${succeededCount + failedCount} of ${totalCount} done, ${failedCount} failed, ${runningCount} in progress`;
}
