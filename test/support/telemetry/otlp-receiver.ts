import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** A span as it came over the wire. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it is the root of its trace. */
  readonly parentSpanId: string;
  readonly startMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A receiver of OTLP over HTTP with Protobuf, as Langfuse has one. It shares no code with Headway or OpenTelemetry. */
export class OtlpReceiver {
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push({ path: request.url ?? "", headers: request.headers });
    this.#answer(Buffer.concat(chunks), response);
  });
  /** What it says; 200 keeps the spans, and `hold` never answers. */
  behaviour: number | "hold" = 200;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  readonly spans: ReceivedSpan[] = [];

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  /** `http://host:port`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Closes it and its connections. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(body: Buffer, response: ServerResponse): void {
    if (this.behaviour === "hold") return;
    if (this.behaviour === 200) this.spans.push(...decodeRequest(body));
    response.writeHead(this.behaviour, { "content-type": "application/x-protobuf" }).end();
  }
}

/** The fields of a message by number, in their order. */
type Fields = Map<number, (Uint8Array | bigint | number)[]>;

function decode(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = new Map();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Bit64) values.push(BigInt(reader.fixed64()));
    else if (type === WireType.Varint) values.push(BigInt(reader.int64()));
    else if (type === WireType.Bit32) values.push(reader.fixed32());
    else throw new Error(`wire type ${type}`);
  }
  return fields;
}

const messages = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((value) => decode(value as Uint8Array));
const text = (fields: Fields, number: number): string =>
  Buffer.from((fields.get(number)?.[0] as Uint8Array | undefined) ?? []).toString();
const hex = (fields: Fields, number: number): string =>
  Buffer.from((fields.get(number)?.[0] as Uint8Array | undefined) ?? []).toString("hex");

/** Field numbers as in opentelemetry/proto/trace/v1/trace.proto. */
function decodeRequest(body: Uint8Array): ReceivedSpan[] {
  return messages(decode(body), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? new Map(), 1);
    const spans = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return spans.map((span) => ({
      traceId: hex(span, 1),
      spanId: hex(span, 2),
      parentSpanId: hex(span, 4),
      name: text(span, 5),
      startMs: Number(span.get(7)![0]) / 1e6,
      attributes: attributesOf(span, 9),
      resource,
    }));
  });
}

function attributesOf(fields: Fields, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(fields, number).map((pair) => [text(pair, 1), readValue(messages(pair, 2)[0] ?? new Map())]),
  );
}

function readValue(value: Fields): unknown {
  if (value.has(2)) return value.get(2)![0] === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, value.get(3)![0] as bigint));
  if (value.has(4)) {
    return Buffer.from(
      BigUint64Array.of(BigInt.asUintN(64, value.get(4)![0] as bigint)).buffer,
    ).readDoubleLE();
  }
  if (value.has(5)) return messages(messages(value, 5)[0] ?? new Map(), 1).map(readValue);
  return text(value, 1);
}
