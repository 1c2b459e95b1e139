import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@connectrpc/connect";
import { HeadwayService } from "../../../gen/es/headway/v1/headway_service_pb.js";
import type { Random } from "../../../src/core/random.ts";
import { type Failure, outcomeOf } from "../service/failure.ts";
import { createGrpcJsTransport } from "../service/grpc-js-transport.ts";
import { paidConfig } from "../service/paid-config.ts";
import { ask } from "../service/talk.ts";

const MAIN = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
const CHILD = fileURLToPath(new URL("./paid-child.ts", import.meta.url));
const CALLERS = 200;
/** What one token costs; a call takes at most 100. */
const TOKEN_NANO_USD = 200_000n;

type Service = Client<typeof HeadwayService>;

/** What was seen of 200 callers with calls of at most $0.02 and a budget of $1, and a Headway that was killed. */
export interface SpendingReport {
  /** By the provider's own count. */
  readonly spentNanoUsd: bigint;
  /** By Headway's, at the end. */
  readonly usedNanoUsd: bigint;
  readonly reservedNanoUsd: bigint;
  readonly answered: number;
  readonly refusals: readonly Failure[];
}

/** How callers spend: through Complete, or in slots, which they settle even when Headway was killed meanwhile. */
export type SpendingWay = "complete" | "slots";

export interface SpendingOptions {
  readonly way: SpendingWay;
  readonly kills: number;
  /** Empty. */
  readonly folder: string;
  readonly random: Random;
}

/** Spends until the budget is used up, while Headway is killed with SIGKILL and started anew. */
export async function spendAndKill({ way, kills, folder, random }: SpendingOptions): Promise<SpendingReport> {
  const provider = fork(CHILD, [String(Math.floor(random.next() * 2 ** 31))], { execArgv: [] });
  const [baseUrl] = await once(provider, "message");
  const configPath = `${folder}/headway.yaml`;
  const lines = [
    "listen: {grpc: '127.0.0.1:0', http: '127.0.0.1:0'}",
    `storage: {path: ${folder}/headway.db}`,
  ];
  writeFileSync(configPath, paidConfig(baseUrl, "{monthly_usd: 1}", lines));
  let life = await Life.start(configPath);
  try {
    const refusals: Failure[] = [];
    let answered = 0;
    let ended = Promise.withResolvers<void>();
    const call = () => (way === "complete" ? complete(() => life) : callInSlot(() => life, baseUrl));
    const caller = async (): Promise<void> => {
      let answeredBefore: number;
      let outcome: Failure | "OK";
      do {
        answeredBefore = answered;
        outcome = await call();
        // Of what others had reserved something may have come back meanwhile, and on a slow machine late.
      } while (outcome !== "OK" && outcome.reason === "WAIT_TOO_LONG" && answered > answeredBefore);
      if (outcome === "OK") answered++;
      else refusals.push(outcome);
      ended.resolve();
    };
    const callers = Promise.all(Array.from({ length: CALLERS }, caller));
    for (let kill = 0; kill < kills; kill++) {
      // Somewhere among calls that end, and not before the first has.
      ended = Promise.withResolvers<void>();
      await Promise.race([ended.promise.then(() => sleep(random.next() * 200)), callers]);
      life = await life.killAndRestart(configPath);
    }
    await callers;
    const { budgets } = await life.service.getUsage({});
    const { usedNanoUsd, reservedNanoUsd } = budgets[0]!;
    provider.send("spent");
    const [tokens] = await once(provider, "message");
    const spentNanoUsd = BigInt(tokens) * TOKEN_NANO_USD;
    return { spentNanoUsd, usedNanoUsd, reservedNanoUsd, answered, refusals };
  } finally {
    await life.kill();
    provider.kill("SIGKILL");
  }
}

/** A Headway in a process of its own. */
class Life {
  readonly service: Service;
  /** Resolves to the next one when this one was killed. */
  readonly next: Promise<Life>;
  readonly #child: ChildProcess;
  readonly #transport: ReturnType<typeof createGrpcJsTransport>;
  readonly #setNext: (life: Life) => void;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.#transport = createGrpcJsTransport(address);
    this.service = createClient(HeadwayService, this.#transport);
    const { promise, resolve } = Promise.withResolvers<Life>();
    this.next = promise;
    this.#setNext = resolve;
  }

  static async start(configPath: string): Promise<Life> {
    const child = spawn(process.execPath, [MAIN, "serve", "--config", configPath]);
    const started = Promise.withResolvers<string>();
    let output = "";
    const read = (chunk: string): void => {
      output += chunk;
      const address = /"grpc":"([^"]+)"/.exec(output)?.[1];
      if (address !== undefined) started.resolve(address);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read);
    child.once("exit", () => started.reject(new Error(`Headway did not start: ${output}`)));
    return new Life(child, await started.promise);
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
    this.#transport.close();
  }

  async killAndRestart(configPath: string): Promise<Life> {
    await this.kill();
    const life = await Life.start(configPath);
    this.#setNext(life);
    return life;
  }
}

function complete(current: () => Life): Promise<Failure | "OK"> {
  const request = ask("hello", { model: "own/a", maxOutputTokens: 100n, maxWait: { seconds: 3n } });
  return untilAnswered(current, (service) => service.complete(request));
}

/** The caller's own call, which goes on while Headway is away. */
async function callInSlot(current: () => Life, baseUrl: string): Promise<Failure | "OK"> {
  let slotId = "";
  const refusal = await untilAnswered(current, async (service) => {
    const slot = { models: ["own/a"], inputTokens: 10n, maxOutputTokens: 100n, maxWait: { seconds: 3n } };
    ({ slotId } = await service.acquireSlot(slot));
  });
  if (refusal !== "OK") return refusal;
  const answer = await fetch(`${baseUrl}/chat/completions`, { method: "POST", body: "{}" });
  const { usage } = (await answer.json()) as { usage: { completion_tokens: number } };
  return await untilAnswered(current, async (service) => {
    await service.settleSlot({
      slotId,
      usage: { inputTokens: 10n, outputTokens: BigInt(usage.completion_tokens) },
    });
  });
}

/** Does something at one Headway after the other until one answers. */
async function untilAnswered(
  current: () => Life,
  act: (service: Service) => Promise<unknown>,
): Promise<Failure | "OK"> {
  for (let life = current(); ; life = await life.next) {
    const outcome = await outcomeOf(act(life.service));
    if (outcome === "OK" || outcome.reason !== undefined) return outcome;
  }
}
