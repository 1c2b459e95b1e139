import { create, toJsonString } from "@bufbuild/protobuf";
import {
  CompleteRequestSchema,
  type CompleteResponse,
  CompleteResponseSchema,
} from "../../gen/es/headway/v1/complete_pb.js";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import type { Queued } from "../../gen/es/headway/v1/wait_pb.js";
import { CliError, EXIT } from "./cli-error.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { explainRpcError } from "./explain-rpc-error.ts";
import { formatNanoUsd, formatOptionalDuration } from "./format.ts";

const NO_PROMPT = 'what is to be completed? write it as in: headway complete "…"';

/** Options of `headway complete`. */
export interface CompleteOptions extends ConnectionOptions {
  /** Undefined: the server chooses. */
  readonly model?: string;
  /** Print the whole answer as JSON, and nothing else. */
  readonly json?: boolean;
}

/** Answers a prompt: the text to standard output as it is written, everything else to standard error. */
export async function completeCommand(prompt: string | undefined, options: CompleteOptions): Promise<void> {
  const text = prompt ?? (await readStandardInput());
  if (text.trim() === "") throw new CliError(NO_PROMPT, EXIT.usage);
  const request = create(CompleteRequestSchema, {
    model: options.model ?? "",
    messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: text } }] }],
  });
  const client = connect(options);
  try {
    if (options.json === true) {
      const response = await client.complete(request);
      process.stdout.write(`${toJsonString(CompleteResponseSchema, response, { prettySpaces: 2 })}\n`);
      return;
    }
    for await (const { event } of client.streamComplete({ request })) {
      if (event.case === "queued") process.stderr.write(`${describeQueued(event.value)}\n`);
      if (event.case === "delta") process.stdout.write(event.value.text);
      if (event.case === "done") {
        process.stdout.write("\n");
        process.stderr.write(`${describeDone(event.value)}\n`);
      }
    }
  } catch (error) {
    throw explainRpcError(error, options.address);
  }
}

async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) return "";
  let text = "";
  for await (const piece of process.stdin.setEncoding("utf8")) text += piece;
  return text;
}

function describeQueued({ model, position, predictedWait }: Queued): string {
  return `waiting for ${model}: place ${position}, at most ${formatOptionalDuration(predictedWait)}`;
}

function describeDone({ model, usage, cost, attempts }: CompleteResponse): string {
  const parts = [
    model,
    `${usage?.inputTokens ?? "?"} + ${usage?.outputTokens ?? "?"} tokens`,
    cost === undefined ? "price not known" : formatNanoUsd(cost.totalNanoUsd),
  ];
  if (attempts.length > 1) parts.push(`${attempts.length} attempts`);
  return `[${parts.join(", ")}]`;
}
