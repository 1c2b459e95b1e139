import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Role } from "../../gen/es/headway/v1/message_pb.js";
import { SystemClock } from "../../src/core/clock.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { BadRequestSchema, StatusSchema } from "../../src/rpc/google-rpc.ts";
import { openGrpcDoor } from "../../src/server/grpc.ts";
import { HEALTH_FILE } from "../../src/server/health-description.ts";
import { fakeResult, fakeServices } from "./fake-services.ts";
import { ANY_PORT, DOORS, startFakeService } from "./running-service.ts";

const raw = (bytes: Buffer) => bytes;

function rawClient(port: number): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

/** Sends bytes to a unary RPC. */
function callRaw(
  client: Client,
  path: string,
  bytes: Buffer,
): Promise<{ error?: ServiceError; response?: Buffer }> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, raw, raw, bytes, new Metadata(), {}, (error, response) =>
      resolve({ ...(error === null ? {} : { error }), ...(response === undefined ? {} : { response }) }),
    );
  });
}

/** Asks the reflection service one question, as encoded bytes of its request. */
function reflect(client: Client, question: Buffer): Promise<Buffer> {
  const stream = client.makeBidiStreamRequest(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    raw,
    raw,
  );
  return new Promise((resolve, reject) => {
    stream.on("data", resolve).on("error", reject);
    stream.write(question);
    stream.end();
  });
}

/** A string in a field of a protobuf message. */
function textField(number: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, text.length]), Buffer.from(text)]);
}

describe("the gRPC door", () => {
  it("blames the caller for bytes that are not a message", async () => {
    const { grpcAddress } = await startFakeService();
    const { error } = await callRaw(
      rawClient(grpcAddress.port),
      "/headway.v1.HeadwayService/GetUsage",
      Buffer.from([0xff, 0xff, 0xff]),
    );
    expect(error).toMatchObject({
      code: 3,
      details: "the request is not a valid message of type headway.v1.GetUsageRequest",
    });
  });

  it("sends details in the standard metadata", async () => {
    const { grpcAddress } = await startFakeService();
    const { error } = await callRaw(
      rawClient(grpcAddress.port),
      "/headway.v1.HeadwayService/ReleaseSlot",
      Buffer.alloc(0),
    );
    const [bytes] = error!.metadata.get("grpc-status-details-bin");
    const status = fromBinary(StatusSchema, bytes as Buffer);
    const [, badRequest] = status.details;
    expect(badRequest?.typeUrl).toBe("type.googleapis.com/google.rpc.BadRequest");
    expect(fromBinary(BadRequestSchema, badRequest!.value).fieldViolations).toMatchObject([
      { field: "slot_id", description: "is required" },
    ]);
  });

  it("says that it is healthy, as a whole and by service", async () => {
    const { grpcAddress } = await startFakeService();
    const client = rawClient(grpcAddress.port);
    for (const name of ["", "headway.v1.HeadwayService"]) {
      const question = name === "" ? Buffer.alloc(0) : textField(1, name);
      const { response } = await callRaw(client, "/grpc.health.v1.Health/Check", question);
      expect(response).toEqual(Buffer.from([0x08, 1]));
    }
  });

  it("sends new calls elsewhere while they had better not come, and says so on both doors", async () => {
    const clock = new ManualClock();
    let why: string | undefined;
    const { grpcAddress, httpUrl } = await startFakeService({}, { clock, unready: () => why });
    const client = rawClient(grpcAddress.port);
    const said = async (changed: string | undefined) => {
      why = changed;
      clock.advance(1_000);
      const { response } = await callRaw(client, "/grpc.health.v1.Health/Check", Buffer.alloc(0));
      const probe = await fetch(`${httpUrl}/readyz`);
      return [response, probe.status, await probe.text()];
    };
    expect(await said(undefined)).toEqual([Buffer.from([0x08, 1]), 200, "ok\n"]);
    expect(await said("it is full")).toEqual([Buffer.from([0x08, 2]), 503, "not ready: it is full\n"]);
    expect((await fetch(`${httpUrl}/healthz`)).status).toBe(200);
    expect(await said(undefined)).toEqual([Buffer.from([0x08, 1]), 200, "ok\n"]);
  });

  it("tells its services and their files by reflection", async () => {
    const { grpcAddress } = await startFakeService();
    const client = rawClient(grpcAddress.port);
    const services = (await reflect(client, textField(7, ""))).toString("latin1");
    for (const name of ["headway.v1.HeadwayService", "headway.v1.AdminService", "grpc.health.v1.Health"]) {
      expect(services).toContain(name);
    }
    const files = (await reflect(client, textField(4, "headway.v1.HeadwayService"))).toString("latin1");
    for (const name of [
      "headway/v1/headway_service.proto",
      "headway/v1/slots.proto",
      "google/protobuf/struct.proto",
    ]) {
      expect(files).toContain(name);
    }
    const details = (await reflect(client, textField(4, "google.rpc.ErrorInfo"))).toString("latin1");
    expect(details).toContain("google/rpc/error_details.proto");
  });

  it("describes the health service as the standard does", () => {
    const file = fromBinary(FileDescriptorProtoSchema, HEALTH_FILE);
    expect(file.service[0]?.method.map(({ name }) => name)).toEqual(["Check", "Watch"]);
  });

  it("says which door cannot be opened, and how to choose another address", async () => {
    const { grpcAddress } = await startFakeService();
    const options = {
      address: grpcAddress,
      services: [],
      dispatcher: undefined as never,
      maxMessageBytes: 1,
    };
    await expect(openGrpcDoor({ ...options, clock: new SystemClock() })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${grpcAddress.port} for gRPC: another process listens there; ` +
        "set listen.grpc in the config or HEADWAY_GRPC_ADDRESS to another address",
    );
  });

  it("holds a stream back when its reader is slow", async () => {
    let sentCount = 0;
    const service = await startFakeService({
      completion: {
        ...fakeServices().completion,
        async *stream() {
          for (; sentCount < 2_000; sentCount++) yield { kind: "delta", text: "x".repeat(10_000) };
          yield { kind: "done", result: fakeResult("end") };
        },
      },
    });
    const client = rawClient(service.grpcAddress.port);
    // {request: {messages: [{role: ROLE_USER, parts: [{text: "x"}]}]}}
    const question = Buffer.from([0x0a, 0x09, 0x1a, 0x07, 0x08, 0x02, 0x12, 0x03, 0x0a, 0x01, 0x78]);
    const stream = client.makeServerStreamRequest(
      "/headway.v1.HeadwayService/StreamComplete",
      raw,
      raw,
      question,
    );
    const ended = new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
    let received = 0;
    stream.on("data", () => {
      received++;
      if (received === 1) stream.pause();
    });
    const sentWhilePaused = await settled(() => sentCount);
    expect(sentWhilePaused).toBeGreaterThan(0);
    expect(sentWhilePaused).toBeLessThan(1_000);
    stream.resume();
    await ended;
    expect(received).toBe(2_001);
  });
});

/** A number that grows, once it has stopped to. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  await vi.waitFor(
    () => {
      const now = read();
      const isSettled = now === last && now > 0;
      last = now;
      expect(isSettled).toBe(true);
    },
    { interval: 200 },
  );
  return last;
}

describe("the doors share one port each with nothing else", () => {
  it("closes the first when the second cannot be opened", async () => {
    const first = await startFakeService();
    const taken = { host: "127.0.0.1", port: first.httpAddress.port };
    await expect(
      startFakeService({}, { listen: { grpc: ANY_PORT, http: taken, maxMessageBytes: 1_024 } }),
    ).rejects.toThrow(`cannot listen on 127.0.0.1:${taken.port} for HTTP`);
    const [{ client }] = DOORS;
    await client(first).complete({
      messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: "x" } }] }],
    });
  });
});
