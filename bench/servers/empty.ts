/** The reference for slots: a grpc-js server whose handlers do nothing but answer with fixed bytes. */
import { create, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { AcquireSlotResponseSchema, SettleSlotResponseSchema } from "../../gen/es/headway/v1/slots_pb.js";

const pass = (bytes: Buffer): Buffer => bytes;
const method = (name: string) => ({
  path: `/headway.v1.HeadwayService/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
});
const slotId = `slot_${"0".repeat(22)}`;
const model = "bench/model";
const acquired = Buffer.from(
  toBinary(
    AcquireSlotResponseSchema,
    create(AcquireSlotResponseSchema, { slotId, model, deployment: model }),
  ),
);
const settled = Buffer.from(toBinary(SettleSlotResponseSchema, create(SettleSlotResponseSchema, {})));

const server = new grpc.Server();
server.addService(
  { acquireSlot: method("AcquireSlot"), settleSlot: method("SettleSlot") },
  {
    acquireSlot: (_call: unknown, answer: (error: null, value: Buffer) => void) => answer(null, acquired),
    settleSlot: (_call: unknown, answer: (error: null, value: Buffer) => void) => answer(null, settled),
  },
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening ${port}`);
});
process.on("SIGTERM", () => server.forceShutdown());
