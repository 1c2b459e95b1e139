import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Authenticate } from "../rpc/authenticate.ts";

/** What answers for `/metrics`. */
export interface MetricsPage {
  readonly metrics: Pick<ServiceMetrics, "scrape">;
  /** Says whether a caller may see what all tenants do. Undefined: everyone may, for there are no tenants. */
  readonly authenticate: Authenticate | undefined;
  readonly logger: Logger;
}

const PLAIN = { "Content-Type": "text/plain; charset=utf-8" };
const TOKEN_REQUIRED =
  "metrics tell of all tenants: send `Authorization: Bearer <admin_token>`, with the admin_token of the config " +
  "(or HEADWAY_ADMIN_TOKEN)\n";

/** Answers a request of `/metrics`. False: it is for something else. */
export function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, authenticate, logger }: MetricsPage,
): boolean {
  if (request.url?.split("?", 1)[0] !== "/metrics") return false;
  const { authorization, accept } = request.headers;
  const caller = authenticate?.(authorization);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...PLAIN, Allow: "GET, HEAD" }).end("metrics are read with GET\n");
  } else if (caller !== undefined && "kind" in caller) {
    response.writeHead(401, { ...PLAIN, "WWW-Authenticate": "Bearer" }).end(TOKEN_REQUIRED);
  } else {
    metrics.scrape(accept).then(
      ({ contentType, text }) => response.writeHead(200, { "Content-Type": contentType }).end(text),
      (error: unknown) => {
        logger.error({ err: error, path: "/metrics" }, "internal error");
        response.writeHead(500, PLAIN).end("the metrics could not be read; the log says why\n");
      },
    );
  }
  return true;
}
