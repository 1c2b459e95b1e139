import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Client, type ClientDuplexStream, credentials, Metadata, type StatusObject } from "@grpc/grpc-js";
import {
  HoldSlotsRequestSchema,
  type HoldSlotsResponse,
  HoldSlotsResponseSchema,
} from "../../../gen/es/headway/v1/hold_slots_pb.js";
import type { AcquireSlotRequestSchema } from "../../../gen/es/headway/v1/slots_pb.js";

type Request = MessageInitShape<typeof HoldSlotsRequestSchema>;

/** A stream of HoldSlots, through grpc-js. */
export class SlotStream {
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<Buffer, HoldSlotsResponse>;
  readonly #waiting: {
    isMeant: (answer: HoldSlotsResponse) => boolean;
    resolve: (answer: HoldSlotsResponse) => void;
  }[] = [];
  /** All that has come, in order. */
  readonly answers: HoldSlotsResponse[] = [];
  /** How the stream ended. */
  readonly status: Promise<StatusObject>;

  constructor(address: string, options: { readonly token?: string } = {}) {
    this.#client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    const metadata = new Metadata();
    if (options.token !== undefined) metadata.set("authorization", `Bearer ${options.token}`);
    this.#stream = this.#client.makeBidiStreamRequest(
      "/headway.v1.HeadwayService/HoldSlots",
      (bytes: Buffer) => bytes,
      (bytes) => fromBinary(HoldSlotsResponseSchema, bytes),
      metadata,
    );
    this.status = new Promise((resolve) => this.#stream.on("status", resolve));
    this.#stream.on("error", () => {});
    this.#stream.on("data", (answer: HoldSlotsResponse) => this.#take(answer));
  }

  send(requestId: string, request: NonNullable<Request["request"]>, traceparent?: string): void {
    const traceContext: Request["traceContext"] = traceparent === undefined ? {} : { traceparent };
    const message = create(HoldSlotsRequestSchema, { requestId, request, traceContext });
    this.sendBytes(toBinary(HoldSlotsRequestSchema, message));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#stream.write(Buffer.from(bytes));
  }

  acquire(requestId: string, fields: MessageInitShape<typeof AcquireSlotRequestSchema> = {}): void {
    this.send(requestId, { case: "acquire", value: { models: ["own/a"], ...fields } });
  }

  /** The answer to a request; of one that waits, its place is not what is meant. */
  answerTo(requestId: string): Promise<HoldSlotsResponse["response"]> {
    return this.#first((answer) => answer.requestId === requestId && answer.response.case !== "queued");
  }

  /** The place of a request that waits. */
  async placeOf(requestId: string, position: number): Promise<HoldSlotsResponse["response"]> {
    return await this.#first(
      ({ requestId: id, response }) =>
        id === requestId && response.case === "queued" && response.value.position === BigInt(position),
    );
  }

  /** Says that no more requests will come. */
  close(): void {
    this.#stream.end();
  }

  /** Breaks the stream, as a client does that dies. */
  break(): void {
    this.#stream.cancel();
    this.#client.close();
  }

  async #first(isMeant: (answer: HoldSlotsResponse) => boolean): Promise<HoldSlotsResponse["response"]> {
    const known = this.answers.find(isMeant);
    if (known !== undefined) return known.response;
    const { response } = await new Promise<HoldSlotsResponse>((resolve) => {
      this.#waiting.push({ isMeant, resolve });
    });
    return response;
  }

  #take(answer: HoldSlotsResponse): void {
    this.answers.push(answer);
    for (const one of this.#waiting.filter(({ isMeant }) => isMeant(answer))) one.resolve(answer);
  }
}
