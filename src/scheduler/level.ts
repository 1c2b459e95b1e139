import { Flow } from "./flow.ts";
import { type Candidate, nextOfLevel } from "./level-turns.ts";
import type { Place } from "./place.ts";

/**
 * Waiters of one priority, shared between tenants by start-time fair queuing (Goyal, Vin and Cheng 1996): serve the
 * least start tag; S = max(V, F of the tenant); F = S + share / weight; V = S in service.
 */
export class Level {
  size = 0;
  /** Start tag of the last one served. */
  #virtualTime = 0;
  readonly #level: number;
  readonly #weightOf: (tenant: string) => number;
  /** Its tenants, also those of whom nobody waits. */
  readonly flows: Flow[] = [];
  readonly #flowsByTenant = new Map<string, Flow>();

  /** `level` is its own, 0 for the most urgent. */
  constructor(level: number, weightOf: (tenant: string) => number) {
    this.#level = level;
    this.#weightOf = weightOf;
  }

  /** A tenant's line, made at the first question. */
  flowOf(tenant: string): Flow {
    let flow = this.#flowsByTenant.get(tenant);
    if (flow === undefined) {
      flow = new Flow(tenant, this.#level, this.#weightOf(tenant));
      this.#flowsByTenant.set(tenant, flow);
      this.flows.push(flow);
    }
    return flow;
  }

  push(place: Place): void {
    const flow = this.flowOf(place.tenant);
    if (flow.size === 0) flow.tag = Math.max(this.#virtualTime, flow.tag);
    flow.push(place);
    this.size++;
  }

  remove(place: Place): void {
    place.flow!.remove(place);
    this.size--;
  }

  /** The next to be served among those that `mayStart` lets pass. */
  next(mayStart: (place: Place) => boolean): Candidate | undefined {
    return nextOfLevel(this.flows, mayStart);
  }

  /** Takes out a place that is served, and charges its tenant with its share of the pool. */
  serve(place: Place): void {
    const flow = place.flow!;
    this.#virtualTime = Math.max(this.#virtualTime, flow.tag);
    flow.tag += place.share / flow.weight;
    this.remove(place);
  }

  /** Charges a tenant that started without waiting. */
  charge(flow: Flow, share: number): void {
    const start = flow.size === 0 ? Math.max(this.#virtualTime, flow.tag) : flow.tag;
    if (this.size === 0) this.#virtualTime = Math.max(this.#virtualTime, start);
    flow.tag = start + share / flow.weight;
  }

  /** About how many are served up to and with a place that is the last of its tenant; those not, who may not start. */
  positionOf(place: Place, mayStart: (place: Place) => boolean): number {
    const own = place.flow!;
    const tag = own.tag + (own.queuedShare - place.share) / own.weight;
    let position = own.size;
    for (const flow of this.flows) {
      if (flow !== own && flow.head !== undefined && mayStart(flow.head)) position += flow.countUpTo(tag);
    }
    return position;
  }

  /** Since when the longest has waited, in monotonic milliseconds; infinity when nobody does. */
  get oldestSinceMs(): number {
    let oldestSinceMs = Number.POSITIVE_INFINITY;
    for (const { head } of this.flows) {
      if (head !== undefined && head.sinceMs < oldestSinceMs) oldestSinceMs = head.sinceMs;
    }
    return oldestSinceMs;
  }

  /** How many wait who may start. */
  sizeOf(mayStart: (place: Place) => boolean): number {
    let size = 0;
    for (const flow of this.flows) {
      if (flow.head !== undefined && mayStart(flow.head)) size += flow.size;
    }
    return size;
  }

  /** Whether nobody else than this tenant waits here. */
  isOnly(tenant: string): boolean {
    return this.size === (this.#flowsByTenant.get(tenant)?.size ?? 0);
  }
}
