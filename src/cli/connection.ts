import { type Client, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { AdminService } from "../../gen/es/headway/v1/admin_service_pb.js";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { CliError, EXIT } from "./cli-error.ts";

/** Options of every command that talks to a running server. */
export interface ConnectionOptions {
  /** `host:port`, or a URL. */
  readonly address: string;
}

/** Speaks gRPC to the server, with the token of HEADWAY_TOKEN when there is one. */
export function connect(options: ConnectionOptions): Client<typeof HeadwayService> {
  return createClient(HeadwayService, transportTo(options, process.env.HEADWAY_TOKEN));
}

/** The same to its AdminService, with the token of HEADWAY_ADMIN_TOKEN. */
export function connectAdmin(options: ConnectionOptions): Client<typeof AdminService> {
  return createClient(AdminService, transportTo(options, process.env.HEADWAY_ADMIN_TOKEN));
}

function transportTo({ address }: ConnectionOptions, token: string | undefined): Transport {
  const url = URL.parse(address.includes("://") ? address : `http://${address}`);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new CliError(`${address} is no address; write host:port, as 127.0.0.1:50051`, EXIT.usage);
  }
  const interceptors = token === undefined || token === "" ? [] : [sendToken(token)];
  return createGrpcTransport({ baseUrl: url.origin, interceptors });
}

function sendToken(token: string): Interceptor {
  return (next) => async (request) => {
    request.header.set("Authorization", `Bearer ${token}`);
    return await next(request);
  };
}
