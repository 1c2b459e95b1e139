/** The reference for Complete: a bare grpc-js handler around the `openai` SDK on undici. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import OpenAI from "openai";
import { Agent, request } from "undici";
import { CompleteRequestSchema, CompleteResponseSchema } from "../../gen/es/headway/v1/complete_pb.js";

const agent = new Agent({ connections: 256, pipelining: 1 });
const thinFetch = async (url: string, init: { method: string; headers: Headers; body: string }) => {
  const { statusCode, headers, body } = await request(url, {
    method: init.method as "POST",
    headers: Object.fromEntries(init.headers),
    body: init.body,
    dispatcher: agent,
  });
  const text = await body.text();
  return new Response(text, { status: statusCode, headers: headers as Record<string, string> });
};
const openai = new OpenAI({
  apiKey: "none",
  baseURL: process.argv[2]!,
  maxRetries: 0,
  fetch: thinFetch as unknown as typeof fetch,
});

const server = new grpc.Server();
server.addService(
  {
    complete: {
      path: "/headway.v1.HeadwayService/Complete",
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => fromBinary(CompleteRequestSchema, bytes),
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  },
  {
    complete: async (
      call: { request: ReturnType<typeof fromBinary<typeof CompleteRequestSchema>> },
      answer: (error: Error | null, value?: Buffer) => void,
    ) => {
      try {
        const part = call.request.messages[0]?.parts[0]?.part;
        const content = part?.case === "text" ? part.value : "";
        const completion = await openai.chat.completions.create({
          model: "bench",
          messages: [{ role: "user", content }],
        });
        const text = completion.choices[0]?.message.content ?? "";
        const response = create(CompleteResponseSchema, {
          message: { parts: [{ part: { case: "text", value: text } }] },
        });
        answer(null, Buffer.from(toBinary(CompleteResponseSchema, response)));
      } catch (error) {
        answer(error as Error);
      }
    },
  },
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening ${port}`);
});
process.on("SIGTERM", () => server.forceShutdown());
