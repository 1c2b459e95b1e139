import { subscribe } from "node:diagnostics_channel";
import type { Http2Session, ServerHttp2Stream } from "node:http2";
import { setFlagsFromString } from "node:v8";
import { TurnoverMap } from "../core/turnover-map.ts";

/** Where Node's HTTP/2 keeps the open streams of a session. */
interface SessionState {
  streams: Iterable<[number, unknown]>;
}

/**
 * Lets what a call leaves behind be freed by the next collection of young objects, for the life of the process. By
 * default all of it, 5 KB, outlives several of them, which copy it, and then lives until a full one.
 */
export function freeCallsEarly(): void {
  // What outlived young collections once, V8 allocates among the old objects from then on, where it cannot die young any
  // more and keeps all that it refers to.
  setFlagsFromString("--no-allocation-site-pretenuring");
  subscribe("http2.server.stream.created", (message) => {
    const { session } = (message as { stream: ServerHttp2Stream }).stream;
    const state = session && stateOf(session);
    if (state !== undefined && !(state.streams instanceof TurnoverMap)) {
      state.streams = new TurnoverMap(state.streams);
    }
  });
}

let stateKey: symbol | undefined;

/** Undefined: this version of Node keeps the streams elsewhere. */
function stateOf(session: Http2Session): SessionState | undefined {
  stateKey ??= Object.getOwnPropertySymbols(session).find(({ description }) => description === "state");
  const state =
    stateKey && (session as unknown as Record<symbol, Partial<SessionState> | undefined>)[stateKey];
  return state?.streams === undefined ? undefined : (state as SessionState);
}
