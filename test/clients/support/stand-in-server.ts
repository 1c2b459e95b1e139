import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, durationFromMs } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { generate } from "selfsigned";
import { CompleteResponseSchema } from "../../../gen/es/headway/v1/complete_pb.js";
import {
  ErrorInfoSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
  StatusSchema,
} from "../../../src/rpc/google-rpc.ts";

/** How every Complete ends. */
export interface StandInRefusal {
  readonly code: number;
  readonly message: string;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number;
  readonly subject: string;
}

/**
 * Stands in for Headway where the subject is what a client sends and what it makes of a status: some reasons cannot
 * be provoked at will, and Headway leaves TLS to what is in front of it.
 */
export class StandInServer {
  readonly address: string;
  /** Its own certificate, to be trusted, in PEM; undefined without TLS. */
  readonly rootCertificate: string | undefined;
  /** Metadata of the latest Complete. */
  metadata: grpc.Metadata | undefined;
  /** Undefined: it answers. */
  refusal: StandInRefusal | undefined;
  readonly #server: grpc.Server;

  private constructor(server: grpc.Server, port: number, rootCertificate: string | undefined) {
    this.#server = server;
    this.address = `localhost:${port}`;
    this.rootCertificate = rootCertificate;
  }

  static async start({ tls }: { tls: boolean }): Promise<StandInServer> {
    const server = new grpc.Server();
    const certificate = tls ? await certificateOfThisMachine() : undefined;
    const credentials =
      certificate === undefined
        ? grpc.ServerCredentials.createInsecure()
        : grpc.ServerCredentials.createSsl(null, [
            { private_key: Buffer.from(certificate.private), cert_chain: Buffer.from(certificate.cert) },
          ]);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    const standIn = new StandInServer(server, port, certificate?.cert);
    server.addService({ complete: COMPLETE }, { complete: standIn.#complete });
    return standIn;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  readonly #complete: grpc.handleUnaryCall<Buffer, Buffer> = ({ metadata }, answer) => {
    this.metadata = metadata;
    if (this.refusal === undefined) answer(null, Buffer.from(toBinary(CompleteResponseSchema, EMPTY)));
    else answer(errorOf(this.refusal));
  };
}

const EMPTY = create(CompleteResponseSchema, {});
const pass = (bytes: Buffer): Buffer => bytes;
const COMPLETE: grpc.MethodDefinition<Buffer, Buffer> = {
  path: "/headway.v1.HeadwayService/Complete",
  requestStream: false,
  responseStream: false,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
};

function errorOf({ code, message, reason, metadata, retryAfterMs, subject }: StandInRefusal) {
  const status = create(StatusSchema, {
    code,
    message,
    details: [
      anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason, domain: "headway", metadata })),
      anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: durationFromMs(retryAfterMs) })),
      anyPack(
        QuotaFailureSchema,
        create(QuotaFailureSchema, { violations: [{ subject, description: "x" }] }),
      ),
    ],
  });
  const trailer = new grpc.Metadata();
  trailer.set("grpc-status-details-bin", Buffer.from(toBinary(StatusSchema, status)));
  return { code, details: message, metadata: trailer };
}

function certificateOfThisMachine() {
  return generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
}
