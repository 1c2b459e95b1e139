import type { UniversalHandler, UniversalServerRequest } from "@connectrpc/connect/protocol";
import type { ConnectNodeAdapterOptions } from "@connectrpc/connect-node";
import { bodyOf, wrapHandler } from "./wrap-handler.ts";

const NOT_FOUND = 404;
const METHOD_NOT_ALLOWED = 405;
const UNSUPPORTED_MEDIA_TYPE = 415;
const TEXT = "text/plain";

/** Answers a request for a path where there is nothing, and says what there is. */
export const answerNothingThere: NonNullable<ConnectNodeAdapterOptions["fallback"]> = (_, response) => {
  response.statusCode = NOT_FOUND;
  response.setHeader("Content-Type", TEXT);
  response.end(
    "Nothing is here. RPCs are POST /headway.v1.HeadwayService/Complete and the like; /healthz and /readyz tell the state, " +
      "/metrics the figures.\n",
  );
};

/** Says what is wrong with a request of a wrong method or content type, which the library answers with a bare status. */
export function explainMisdirected(handler: UniversalHandler): UniversalHandler {
  return wrapHandler(handler, async (request) => {
    const response = await handler(request);
    const text = response.body === undefined ? explanationOf(response.status, request) : undefined;
    if (text === undefined) return response;
    return { ...response, header: new Headers({ "Content-Type": TEXT }), body: bodyOf(Buffer.from(text)) };
  });
}

function explanationOf(status: number, request: UniversalServerRequest): string | undefined {
  if (status === METHOD_NOT_ALLOWED) return `RPCs are called by POST, not by ${request.method}.\n`;
  if (status !== UNSUPPORTED_MEDIA_TYPE) return undefined;
  const type = request.header.get("content-type") ?? "none";
  return `The content type ${type} is not understood here; JSON is sent with the header "content-type: application/json".\n`;
}
