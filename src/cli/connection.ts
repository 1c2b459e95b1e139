import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { HeadwayService } from "../../gen/es/headway/v1/headway_service_pb.js";
import { CliError, EXIT } from "./cli-error.ts";

/** Options of every command that talks to a running server. */
export interface ConnectionOptions {
  /** `host:port`, or a URL. */
  readonly address: string;
}

/** Speaks gRPC to the server, with the token of HEADWAY_TOKEN when there is one. */
export function connect({ address }: ConnectionOptions): Client<typeof HeadwayService> {
  const url = URL.parse(address.includes("://") ? address : `http://${address}`);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new CliError(`${address} is no address; write host:port, as 127.0.0.1:50051`, EXIT.usage);
  }
  const token = process.env.HEADWAY_TOKEN;
  const interceptors = token === undefined || token === "" ? [] : [sendToken(token)];
  return createClient(HeadwayService, createGrpcTransport({ baseUrl: url.origin, interceptors }));
}

function sendToken(token: string): Interceptor {
  return (next) => async (request) => {
    request.header.set("Authorization", `Bearer ${token}`);
    return await next(request);
  };
}
