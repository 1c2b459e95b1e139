import { subscribe } from "node:diagnostics_channel";
import type { Http2Session, ServerHttp2Stream } from "node:http2";
import { Duplex, type DuplexOptions } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { TurnoverMap } from "../core/turnover-map.ts";

/** Where Node's HTTP/2 keeps the open streams of a session. */
interface SessionState {
  streams: Iterable<[number, unknown]>;
}

/** By how much the old objects grow until they are collected, in percent: the most that V8 itself lets them. */
const HEAP_GROWTH_PERCENT = 300;
/** Enough for V8's last compiler: it takes some 15,000. */
const STREAMS_TO_COMPILE = 20_000;
/** More shapes than V8 tells apart in one place, and every option, so that what it compiles holds for any other. */
const SHAPES: readonly (DuplexOptions | undefined)[] = [
  undefined,
  {},
  { objectMode: true },
  { allowHalfOpen: true },
  { decodeStrings: false },
  { emitClose: false },
  { autoDestroy: false },
  { highWaterMark: 1 },
  { defaultEncoding: "utf8" },
];

/**
 * Lets what a call leaves behind be freed by the next collection of young objects, for the life of the process, and full
 * ones be rare. By default all of it, 6 KB, outlives several young collections, which copy it, and then lives until a full
 * one. Takes some 50 ms.
 */
export function freeCallsEarly(): void {
  // What outlived young collections once, V8 allocates among the old objects from then on, where it cannot die young any
  // more and keeps all that it refers to.
  setFlagsFromString("--no-allocation-site-pretenuring");
  // Where few old objects are made, V8 would collect them every few seconds, and each time its threads take the processors
  // from the calls for longer than the pause itself.
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  compileStreams();
  subscribe("http2.server.stream.created", (message) => {
    const { session } = (message as { stream: ServerHttp2Stream }).stream;
    const state = session && stateOf(session);
    if (state !== undefined && !(state.streams instanceof TurnoverMap)) {
      state.streams = new TurnoverMap(state.streams);
    }
  });
}

/**
 * Makes streams until V8 has compiled how for good. A function that code assigns to a property is allocated among the
 * old objects, unless the last compiler has seen that code; each of Node's streams has such a function, and it refers to
 * the stream.
 */
function compileStreams(): void {
  for (let count = 0; count < STREAMS_TO_COMPILE; count++) {
    const shape = SHAPES[count % SHAPES.length];
    const stream = new Sink(shape && { ...shape });
    if (count >= SHAPES.length) continue;
    // What never changes looks constant to V8, which would compile it anew at the first call.
    stream.cork();
    stream.end("a");
  }
}

/** Takes what is written to it. */
class Sink extends Duplex {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

let stateKey: symbol | undefined;

/** Undefined: this version of Node keeps the streams elsewhere. */
function stateOf(session: Http2Session): SessionState | undefined {
  stateKey ??= Object.getOwnPropertySymbols(session).find(({ description }) => description === "state");
  const state =
    stateKey && (session as unknown as Record<symbol, Partial<SessionState> | undefined>)[stateKey];
  return state?.streams === undefined ? undefined : (state as SessionState);
}
