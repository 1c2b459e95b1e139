import type { Child } from "./child.ts";
import { BytesClient } from "./grpc-client.ts";
import { closedLoop, type LoadResult, median, openLoop } from "./load.ts";

const ROUNDS = 5;
/** So much code is compiled and optimised by then that a round costs what the next does, on both sides. */
const WARM_UP_CALLS = 30_000;

/** What is compared, on two servers in turn. */
export interface Comparison {
  /** A server that does as little as can be. */
  readonly reference: Child;
  readonly headway: Child;
  readonly concurrency: number;
  /** One unit of work; says how many calls it made. */
  readonly work: (client: BytesClient) => Promise<number>;
  readonly print: (line: string) => void;
}

/** The median shares of a comparison. */
export interface Shares {
  /** Calls per second of Headway, as a part of the reference's. */
  readonly rate: number;
  /**
   * Calls per second of the server's processor time, as a part of the reference's. It leaves out what the client and
   * other programs on the machine do.
   */
  readonly perCpu: number;
  readonly callsPerSecond: number;
}

/** Runs both servers at full load in turn, several times. */
export async function compare(comparison: Comparison): Promise<Shares> {
  const { reference, headway, print } = comparison;
  for (const server of [reference, headway]) await warmUp(server, comparison);
  const rounds: { base: LoadResult; own: LoadResult }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const base = await atFullLoad(reference, comparison);
    const own = await atFullLoad(headway, comparison);
    rounds.push({ base, own });
    print(`  round ${round}: reference ${describe(base)} | Headway ${describe(own)}`);
  }
  return {
    rate: median(rounds.map(({ base, own }) => own.callsPerSecond / base.callsPerSecond)),
    perCpu: median(rounds.map(({ base, own }) => base.cpuMicrosPerCall / own.cpuMicrosPerCall)),
    callsPerSecond: median(rounds.map(({ own }) => own.callsPerSecond)),
  };
}

/** Runs a server at a steady rate, a second before it is measured. */
export async function atRate(
  server: Child,
  options: {
    readonly unitsPerSecond: number;
    readonly durationMs: number;
    readonly work: Comparison["work"];
  },
): Promise<LoadResult> {
  using client = new BytesClient(server.port);
  const { unitsPerSecond, durationMs, work } = options;
  return await openLoop({
    perSecond: unitsPerSecond,
    warmUpMs: 1000,
    durationMs,
    server,
    work: () => work(client),
  });
}

/** A result in a line. */
export function describe(result: LoadResult): string {
  const { callsPerSecond, cpuMicrosPerCall, p50Ms, p99Ms, lateP99Ms, errors } = result;
  const rate = `${callsPerSecond.toFixed(0)} calls/s`;
  const late = lateP99Ms === undefined ? "" : `, sent up to ${lateP99Ms.toFixed(1)} ms late`;
  const failed = errors === 0 ? "" : `, ${errors} ERRORS`;
  return `${rate}, ${cpuMicrosPerCall.toFixed(0)} µs CPU, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms${late}${failed}`;
}

/** As many calls to each server, however long they take. */
async function warmUp(server: Child, { concurrency, work }: Comparison): Promise<void> {
  using client = new BytesClient(server.port);
  let calls = 0;
  const worker = async (): Promise<void> => {
    while (calls < WARM_UP_CALLS) {
      const made = await work(client);
      calls += made;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function atFullLoad(server: Child, { concurrency, work }: Comparison): Promise<LoadResult> {
  using client = new BytesClient(server.port);
  return await closedLoop({
    concurrency,
    warmUpMs: 500,
    durationMs: 4000,
    server,
    work: () => work(client),
  });
}
