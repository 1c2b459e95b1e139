import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { AnySchema, DurationSchema, durationMs } from "@bufbuild/protobuf/wkt";

/** What Headway says about an error beyond its status: the `google.rpc` messages in `grpc-status-details-bin`. */
export interface ErrorDetails {
  /** `ErrorInfo.reason`, as `WAIT_TOO_LONG`. */
  reason?: string;
  /** `ErrorInfo.metadata`. */
  metadata: Record<string, string>;
  /** `RetryInfo.retry_delay` in milliseconds. */
  retryAfterMs?: number;
  /** Fields of `BadRequest` and subjects of `QuotaFailure`, with what is said about them. */
  violations: Violation[];
}

/** What stood in the way. */
export interface Violation {
  /** The wrong field, or the limit or budget that does not allow it. */
  readonly subject: string;
  /** For people. */
  readonly description: string;
}

/** Reads a serialized `google.rpc.Status`. Details of unknown types are skipped. */
export function readErrorDetails(status: Uint8Array): ErrorDetails {
  const details: ErrorDetails = { metadata: {}, violations: [] };
  for (const any of fields(status).filter(({ number }) => number === 3)) {
    const { typeUrl, value } = fromBinary(AnySchema, any.bytes);
    readDetail(typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value, details);
  }
  return details;
}

function readDetail(typeName: string, value: Uint8Array, details: ErrorDetails): void {
  switch (typeName) {
    case "google.rpc.ErrorInfo":
      for (const { number, bytes } of fields(value)) {
        if (number === 1) details.reason = text(bytes);
        if (number !== 3) continue;
        const { subject, description } = readPair(bytes);
        details.metadata[subject] = description;
      }
      break;
    case "google.rpc.RetryInfo":
      for (const { bytes } of fields(value))
        details.retryAfterMs = durationMs(fromBinary(DurationSchema, bytes));
      break;
    case "google.rpc.BadRequest":
    case "google.rpc.QuotaFailure":
      for (const { bytes } of fields(value)) details.violations.push(readPair(bytes));
      break;
  }
}

/** A message of two strings: a map entry or a violation. */
function readPair(message: Uint8Array): Violation {
  const [first, second] = [1, 2].map((wanted) => fields(message).find(({ number }) => number === wanted));
  return { subject: first ? text(first.bytes) : "", description: second ? text(second.bytes) : "" };
}

/** The length-delimited fields of a message, in order. */
function fields(message: Uint8Array): { number: number; bytes: Uint8Array }[] {
  const reader = new BinaryReader(message);
  const found: { number: number; bytes: Uint8Array }[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === 2) found.push({ number, bytes: reader.bytes() });
    else reader.skip(wireType);
  }
  return found;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
