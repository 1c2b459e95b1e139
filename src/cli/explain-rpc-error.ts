import { Code, ConnectError } from "@connectrpc/connect";
import { durationToMs } from "../rpc/convert-time.ts";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../rpc/google-rpc.ts";
import { CliError } from "./cli-error.ts";
import { formatDuration } from "./format.ts";

/** What went wrong with a call of a running server: one line, with the way out. `tokenVariable` holds the token. */
export function explainRpcError(error: unknown, address: string, tokenVariable = "HEADWAY_TOKEN"): CliError {
  if (error instanceof CliError) return error;
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  if (info === undefined && failure.code === Code.Unavailable) {
    return new CliError(`cannot reach Headway at ${address}; start it with \`npm start\` or pass --address`);
  }
  const reason = info?.reason ?? Code[failure.code];
  return new CliError(`${reason}: ${describe(failure)}${wayOut(failure, info?.reason, tokenVariable)}`);
}

function describe(failure: ConnectError): string {
  const fields = failure.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  if (fields.length === 0) return failure.rawMessage;
  return fields.map(({ field, description }) => `${field} ${description}`).join("; ");
}

function wayOut(failure: ConnectError, reason: string | undefined, tokenVariable: string): string {
  if (reason === "TOKEN_INVALID")
    return failure.rawMessage.includes(tokenVariable) ? "" : `; set ${tokenVariable}`;
  const [retry] = failure.findDetails(RetryInfoSchema);
  const delayMs = retry?.retryDelay === undefined ? undefined : durationToMs(retry.retryDelay);
  return delayMs === undefined ? "" : `; try again in ${formatDuration(delayMs)}`;
}
