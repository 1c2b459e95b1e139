import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { tracing } from "@opentelemetry/sdk-node";
import { Agent, request } from "undici";
import type { LangfuseConfig } from "../config/config.ts";
import type { Clock } from "../core/clock.ts";
import { errorText } from "../core/error-text.ts";
import { langfuseAttributes } from "./langfuse-attributes.ts";

const TIMEOUT_MS = 10_000;
/** Before each further try. */
const PAUSES_MS: readonly number[] = [1_000, 5_000];
/** What another try may change. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** What a {@link LangfuseExporter} needs. */
export interface LangfuseExporterOptions {
  readonly config: LangfuseConfig;
  readonly clock: Clock;
  /** Told why spans are lost. */
  readonly onLost: (cause: string) => void;
}

/**
 * Sends spans to Langfuse over OTLP as HTTP with Protobuf, with Langfuse's own attributes beside the standard ones.
 * Not by OpenTelemetry's exporter: that one would send the headers of `OTEL_EXPORTER_OTLP_HEADERS` too, which are meant
 * for another collector and often hold its key.
 */
export class LangfuseExporter implements tracing.SpanExporter {
  readonly #options: LangfuseExporterOptions;
  readonly #dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: LangfuseExporterOptions) {
    this.#options = options;
    const { host, publicKey, secretKey } = options.config;
    this.#url = `${host}/api/public/otel/v1/traces`;
    const credentials = Buffer.from(`${publicKey}:${secretKey.reveal()}`).toString("base64");
    this.#headers = {
      authorization: `Basic ${credentials}`,
      "content-type": "application/x-protobuf",
      "x-langfuse-ingestion-version": "4",
    };
  }

  /** Losses are told by `onLost`; to its caller each export has succeeded. */
  export(spans: tracing.ReadableSpan[], done: Parameters<tracing.SpanExporter["export"]>[1]): void {
    void this.#send(spans)
      .catch(errorText)
      .then((problem) => {
        if (problem !== undefined) this.#options.onLost(problem);
        done({ code: 0 });
      });
  }

  async shutdown(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** Undefined: taken; else why not. */
  async #send(spans: readonly tracing.ReadableSpan[]): Promise<string | undefined> {
    const body = ProtobufTraceSerializer.serializeRequest(spans.map(withLangfuseAttributes));
    for (let tryIndex = 0; ; tryIndex++) {
      const answer = await this.#post(body!);
      const pauseMs = PAUSES_MS[tryIndex];
      if (answer.problem === undefined || !answer.mayPass || pauseMs === undefined) return answer.problem;
      await new Promise<void>((resolve) => void this.#options.clock.after(pauseMs, resolve));
    }
  }

  async #post(
    body: Uint8Array,
  ): Promise<{ readonly problem: string | undefined; readonly mayPass: boolean }> {
    try {
      const options = { method: "POST", headers: this.#headers, body, dispatcher: this.#dispatcher } as const;
      const { statusCode, body: answer } = await request(this.#url, options);
      await answer.dump();
      if (statusCode >= 200 && statusCode < 300) return { problem: undefined, mayPass: false };
      return { problem: `HTTP ${statusCode}`, mayPass: PASSING_STATUSES.has(statusCode) };
    } catch (error) {
      return { problem: errorText(error), mayPass: true };
    }
  }
}

/** The span as it is, with further attributes. */
function withLangfuseAttributes(span: tracing.ReadableSpan): tracing.ReadableSpan {
  const attributes = { ...span.attributes, ...langfuseAttributes(span) };
  return Object.create(span, { attributes: { value: attributes } }) as tracing.ReadableSpan;
}
