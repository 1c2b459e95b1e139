import { BAD_REQUESTS, type BadRequest, oddRequests } from "./support/bad-requests.ts";
import { writeConfig } from "./support/config-file.ts";
import { type Door, grpcDoor, httpDoor, type Outcome } from "./support/doors.ts";
import { median } from "./support/load.ts";
import { type Load, type MeteredHeadway, startMeteredHeadway } from "./support/metered-headway.ts";

const ROUNDS = 3;
const CONFIG = `
providers:
  echo: {limits: {rpm: 10000000, tpm: 100000000000}}
  openai: {api_key: none, base_url: "http://127.0.0.1:9/v1", max_retries: 0, limits: {rpm: 10000000, tpm: 100000000000, rpd: -1}}
storage: {path: memory}
listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0"}
`;

/** What a request cost: medians of the rounds. */
interface Cost extends Outcome, Load {}

/** How long bad input takes to get its status, and everybody else to wait meanwhile, by kind and door. */
export async function benchBadInput(print: (line: string) => void): Promise<void> {
  using config = writeConfig(CONFIG);
  await using headway = await startMeteredHeadway(config.path);
  const { grpcPort, httpPort } = headway;
  const doors = [
    () => grpcDoor(grpcPort),
    () => httpDoor(httpPort, "json"),
    () => httpDoor(httpPort, "proto"),
  ];
  for (const open of doors) {
    using door = open();
    const odd: Cost[] = [];
    for (const bad of oddRequests(door.isJson)) odd.push(await measure(bad, door, headway));
    print(`  ${door.name}: ${odd.length} odd values of fields: ${describeWorst(odd)}`);
    const refused: Cost[] = [];
    for (const bad of BAD_REQUESTS) {
      const cost = await measure(bad, door, headway);
      print(`  ${door.name}: ${bad.kind}: ${describe(cost)}`);
      if (cost.status !== "OK") refused.push(cost);
    }
    print(`  ${door.name}: all that was refused: ${describeWorst(refused)} (target 100 ms)`);
  }
}

async function measure(bad: BadRequest, door: Door, headway: MeteredHeadway): Promise<Cost> {
  const message = bad.encode(door.isJson);
  const rounds: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await headway.load();
    const outcome = await door.call(bad.method, message);
    rounds.push({ ...outcome, ...(await headway.load()) });
  }
  const middle = (name: "tookMs" | "cpuMs" | "longestTurnMs"): number =>
    median(rounds.map((round) => round[name]));
  return {
    status: rounds[0]!.status,
    tookMs: middle("tookMs"),
    cpuMs: middle("cpuMs"),
    longestTurnMs: middle("longestTurnMs"),
  };
}

function describe({ status, tookMs, cpuMs, longestTurnMs }: Cost): string {
  const turn = `longest turn ${longestTurnMs.toFixed(0)} ms`;
  return `${status} after ${tookMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms CPU, ${turn}`;
}

function describeWorst(costs: readonly Cost[]): string {
  const worst = (name: "tookMs" | "cpuMs" | "longestTurnMs"): number =>
    Math.max(...costs.map((cost) => cost[name]));
  return describe({
    status: "at most",
    tookMs: worst("tookMs"),
    cpuMs: worst("cpuMs"),
    longestTurnMs: worst("longestTurnMs"),
  });
}
