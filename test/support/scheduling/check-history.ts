import type { Amounts } from "../../../src/core/limit.ts";
import type { Charge } from "../../../src/tracker/charge.ts";
import type { PoolRules } from "../../../src/tracker/pool-rules.ts";
import { PoolUsage } from "../../../src/tracker/pool-usage.ts";
import { type Command, usedOf } from "./arbitrary.ts";
import { Oracle, type OracleCall } from "./oracle.ts";

interface Call {
  readonly charge: Charge;
  readonly known: OracleCall;
}

/**
 * Plays a history on the engine and on the oracle, and throws where they differ: whether a call fits and when it
 * would must be the same to the bit; limits kept in buckets may answer up to one bucket later. Returns how many
 * calls started.
 */
export function checkHistory(rules: PoolRules, wallStartMs: number, history: readonly Command[]): number {
  let nowMs = 0;
  let started = 0;
  let current = rules;
  const pool = new PoolUsage(rules, nowMs, (monotonicMs) => monotonicMs + wallStartMs);
  const oracle = new Oracle(rules, wallStartMs);
  const open: Call[] = [];
  const expired: Call[] = [];
  let lastAsked: Amounts = { requests: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 };
  for (const command of history) {
    switch (command.kind) {
      case "wait":
        nowMs += command.durationMs;
        break;
      case "wait_for_room": {
        if (pool.tooLarge(lastAsked) !== undefined) break;
        const roomMs = compareEarliest(pool, oracle, nowMs, lastAsked);
        if (Number.isFinite(roomMs)) nowMs = roomMs;
        break;
      }
      case "ask": {
        lastAsked = command.amounts;
        if (pool.tooLarge(lastAsked) !== undefined) break;
        for (let time = 0; time < command.times; time++) {
          if (!compareFits(pool, oracle, nowMs, lastAsked)) break;
          const charge: Charge = { ...lastAsked, event: -1, startMs: 0 };
          pool.charge(nowMs, charge);
          open.push({ charge, known: oracle.charge(nowMs, lastAsked) });
          started++;
        }
        break;
      }
      case "settle": {
        const call = take(open, command.pick);
        if (call === undefined) break;
        const actual = usedOf(call.known.reserved, command.share);
        pool.settle(nowMs, call.charge, actual);
        oracle.settle(nowMs, call.known, actual);
        break;
      }
      case "release": {
        const call = take(open, command.pick);
        if (call === undefined) break;
        pool.release(call.charge);
        oracle.release(call.known);
        break;
      }
      case "expire": {
        const call = take(open, command.pick);
        if (call === undefined) break;
        pool.expire(nowMs, call.charge);
        oracle.expire(nowMs, call.known);
        expired.push(call);
        break;
      }
      case "settle_late": {
        const call = take(expired, command.pick);
        if (call === undefined) break;
        const actual = usedOf(call.known.reserved, command.share);
        pool.settleLate(nowMs, call.charge, actual);
        oracle.settleLate(nowMs, call.known, actual);
        break;
      }
      case "hold":
        pool.hold(nowMs + command.durationMs);
        oracle.hold(nowMs + command.durationMs);
        break;
      case "change_limits":
        current = {
          ...current,
          limits: rules.limits.map((limit) => ({
            ...limit,
            amount: Math.max(1, Math.round(limit.amount * command.factor)),
          })),
        };
        pool.setRules(nowMs, current);
        oracle.setRules(current);
        break;
    }
  }
  return started;
}

function take(calls: Call[], pick: number): Call | undefined {
  return calls.length === 0 ? undefined : calls.splice(pick % calls.length, 1)[0];
}

function compareFits(pool: PoolUsage, oracle: Oracle, nowMs: number, amounts: Amounts): boolean {
  const fits = pool.fits(nowMs, amounts);
  if (fits && !oracle.fits(nowMs, amounts, 0)) throw new Error(`at ${nowMs} the engine starts one too many`);
  if (!fits && oracle.fits(nowMs, amounts, 1)) throw new Error(`at ${nowMs} the engine refuses without need`);
  return fits;
}

function compareEarliest(pool: PoolUsage, oracle: Oracle, nowMs: number, amounts: Amounts): number {
  const earliestMs = pool.earliestMs(nowMs, amounts);
  const soonestMs = oracle.earliestMs(nowMs, amounts, 0);
  const latestMs = oracle.earliestMs(nowMs, amounts, 1);
  if (earliestMs < soonestMs || earliestMs > latestMs) {
    throw new Error(`at ${nowMs} the engine says ${earliestMs}, the oracle ${soonestMs} to ${latestMs}`);
  }
  return earliestMs;
}
