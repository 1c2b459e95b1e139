import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
} from "../../../src/rpc/google-rpc.ts";

/** How an RPC that was not answered ended, with its details decoded. */
export interface Failure {
  /** As `Unavailable`. */
  readonly code: string;
  readonly message: string;
  /** `ErrorInfo.reason`; undefined: there was no ErrorInfo. */
  readonly reason: string | undefined;
  readonly domain: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of RetryInfo. */
  readonly retryDelayMs: number | undefined;
  /** Subjects of QuotaFailure; undefined: there was none. */
  readonly quotas: readonly string[] | undefined;
  /** Fields of BadRequest; undefined: there was none. */
  readonly fields: readonly string[] | undefined;
}

/** The failure of an RPC; throws when it succeeds. */
export async function failureOf(answer: Promise<unknown>): Promise<Failure> {
  const outcome = await outcomeOf(answer);
  if (outcome === "OK") throw new Error("the RPC succeeded");
  return outcome;
}

/** The failure of an RPC, or `OK`. */
export async function outcomeOf(answer: Promise<unknown>): Promise<Failure | "OK"> {
  try {
    await answer;
  } catch (thrown) {
    return toFailure(ConnectError.from(thrown));
  }
  return "OK";
}

function toFailure(error: ConnectError): Failure {
  const [info] = error.findDetails(ErrorInfoSchema);
  const [retry] = error.findDetails(RetryInfoSchema);
  const [quota] = error.findDetails(QuotaFailureSchema);
  const [badRequest] = error.findDetails(BadRequestSchema);
  return {
    code: Code[error.code],
    message: error.rawMessage,
    reason: info?.reason,
    domain: info?.domain,
    metadata: info?.metadata ?? {},
    retryDelayMs: retry?.retryDelay && durationMs(retry.retryDelay),
    quotas: quota?.violations.map(({ subject }) => subject),
    fields: badRequest?.fieldViolations.map(({ field }) => field),
  };
}
