import { join } from "node:path";
import { startChildServer } from "./child-server.ts";
import { missingReason, partPath, type RealPart, scriptsFolder, skipReason } from "./installed-part.ts";

const modelPart: RealPart = { folder: "model", pinsFile: "requirements.txt" };

/** Loading the weights takes about 2 s; a busy machine gets room. */
const startTimeoutMs = 120_000;

/** A language model that runs on this machine behind the OpenAI HTTP API. */
export interface RealModel {
  /** Where it serves, as an OpenAI client wants it: `http://127.0.0.1:<port>/v1`. No API key is needed. */
  readonly baseUrl: string;
  /** The name of the model on that server. */
  readonly model: "gemma-3-270m";
  /** All that the server has written so far. */
  logs(): string;
  /** Ends the server; running requests are cut. */
  stop(): Promise<void>;
}

/** Why tests of the real model are skipped on this machine; undefined when they run, and always with `CI=true`. */
export const realModelMissing: string | undefined = skipReason(modelPart);

/**
 * Starts a model server, ready to answer: 8,192 tokens of context, 4 requests at once, 2 threads.
 * Throws if the model is not installed.
 */
export async function startRealModel(): Promise<RealModel> {
  const reason = missingReason(modelPart);
  if (reason !== undefined) throw new Error(reason);
  const server = await startChildServer({
    command: partPath(modelPart, "venv", "bin", "python"),
    arguments: [join(scriptsFolder, "model", "serve.py"), partPath(modelPart, "gemma-3-270m.gguf")],
    startedPatterns: [/^listening on (http:\/\/\S+)$/m],
    startTimeoutMs,
  });
  return {
    baseUrl: `${server.startedMatches[0]![1]!}/v1`,
    model: "gemma-3-270m",
    logs: server.logs,
    stop: server.stop,
  };
}
