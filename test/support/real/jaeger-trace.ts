/** A trace as Jaeger's query API gives it (`GET /api/traces/{id}`); only what tests read. */
export interface JaegerTrace {
  /** 32 hexadecimal digits. */
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  /** The processes that sent the spans, by `JaegerSpan.processID`. */
  readonly processes: Readonly<Record<string, JaegerProcess>>;
}

/** One span of a trace. */
export interface JaegerSpan {
  /** 16 hexadecimal digits. */
  readonly spanID: string;
  readonly operationName: string;
  /** The parent (`CHILD_OF`) and links (`FOLLOWS_FROM`); empty for a root. */
  readonly references: readonly JaegerReference[];
  /** Microseconds since 1970. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  /** The attributes, and what Jaeger derives: `span.kind`, `otel.status_code`, `error`. */
  readonly tags: readonly JaegerTag[];
  /** The events of the span, in order; `timestamp` in microseconds since 1970. */
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
}

/** A span that another one refers to; it need not be in the same trace, nor stored. */
export interface JaegerReference {
  readonly refType: "CHILD_OF" | "FOLLOWS_FROM";
  readonly traceID: string;
  readonly spanID: string;
}

/** One attribute; arrays come as a string of JSON. */
export interface JaegerTag {
  readonly key: string;
  readonly type: string;
  readonly value: string | number | boolean;
}

/** The resource that sent spans. */
export interface JaegerProcess {
  readonly serviceName: string;
  readonly tags: readonly JaegerTag[];
}

/** The value of a tag by its key; undefined when there is none. */
export function tagValue(tags: readonly JaegerTag[], key: string): JaegerTag["value"] | undefined {
  return tags.find((tag) => tag.key === key)?.value;
}
