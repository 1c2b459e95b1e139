import type { MessageInitShape } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import type { CompleteRequestSchema, CompleteResponse } from "../../../gen/es/headway/v1/complete_pb.js";
import { Role } from "../../../gen/es/headway/v1/message_pb.js";
import type { StreamCompleteResponse } from "../../../gen/es/headway/v1/stream_complete_pb.js";
import { type Failure, failureOf } from "./failure.ts";

/** A request whose only message is `text` of the user, with `fields` laid over it. */
export function ask(
  text: string,
  fields: MessageInitShape<typeof CompleteRequestSchema> = {},
): MessageInitShape<typeof CompleteRequestSchema> {
  return { messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: text } }] }], ...fields };
}

/** The text of an answer; empty when there is none. */
export function textOf(response: CompleteResponse | undefined): string {
  const parts = response?.message?.parts ?? [];
  return parts.map(({ part }) => (part.case === "text" ? part.value : "")).join("");
}

/** A streamed answer from its first event to its end. */
export interface Streamed {
  /** The cases of all events. */
  readonly kinds: readonly (string | undefined)[];
  /** The texts of the deltas. */
  readonly deltas: readonly string[];
  /** The whole answer; undefined: there was none. */
  readonly done: CompleteResponse | undefined;
  /** With which status it ended; undefined: it ended well. */
  readonly failure: Failure | undefined;
}

/** Reads a stream to its end, whatever that is. `onEvent` sees each event as it comes. */
export async function collect(
  events: AsyncIterable<StreamCompleteResponse>,
  onEvent: (event: StreamCompleteResponse["event"]) => void = () => {},
): Promise<Streamed> {
  const kinds: (string | undefined)[] = [];
  const deltas: string[] = [];
  let done: CompleteResponse | undefined;
  let failure: Failure | undefined;
  try {
    for await (const { event } of events) {
      kinds.push(event.case);
      if (event.case === "delta") deltas.push(event.value.text);
      if (event.case === "done") done = event.value;
      onEvent(event);
    }
  } catch (thrown) {
    failure = await failureOf(Promise.reject(ConnectError.from(thrown)));
  }
  return { kinds, deltas, done, failure };
}

/** The same as a promise that fails as the stream does. */
export async function readToEnd(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}
