/** The reference for HoldSlots: a grpc-js server that sends every message of a stream back as it came. */
import * as grpc from "@grpc/grpc-js";

const pass = (bytes: Buffer): Buffer => bytes;
const holdSlots = {
  path: "/headway.v1.HeadwayService/HoldSlots",
  requestStream: true,
  responseStream: true,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
};

const server = new grpc.Server();
server.addService(
  { holdSlots },
  {
    holdSlots(call: grpc.ServerDuplexStream<Buffer, Buffer>) {
      call.on("data", (message: Buffer) => {
        if (!call.write(message)) call.pause();
      });
      call.on("drain", () => call.resume());
      call.on("end", () => call.end());
    },
  },
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening ${port}`);
});
process.on("SIGTERM", () => server.forceShutdown());
