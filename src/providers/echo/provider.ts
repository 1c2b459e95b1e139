import { secretsOf } from "../connection-secrets.ts";
import type {
  Provider,
  ProviderAnswer,
  ProviderCall,
  ProviderConnection,
  ProviderEvent,
  ProviderOptions,
} from "../provider.ts";
import { type CallFrame, runStream, runUnary } from "../run-call.ts";
import { convertRequest } from "./convert-request.ts";
import { mapError } from "./map-error.ts";
import { parseAnswer } from "./parse-answer.ts";
import { parseStream } from "./parse-stream.ts";

/** A model inside the process that answers with the last user message: for trying Headway out without any key. */
export class EchoProvider implements Provider {
  readonly #frame: CallFrame;

  constructor(connection: ProviderConnection, options: ProviderOptions) {
    this.#frame = { clock: options.clock, secrets: secretsOf(connection), mapError };
  }

  complete(call: ProviderCall): Promise<ProviderAnswer> {
    return runUnary(this.#frame, call, async () => parseAnswer(convertRequest(call)));
  }

  stream(call: ProviderCall): AsyncIterable<ProviderEvent> {
    return runStream(this.#frame, call, async function* (guard) {
      yield* parseStream(convertRequest(call), guard);
    });
  }

  async close(): Promise<void> {}
}
