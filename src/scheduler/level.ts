import { Flow } from "./flow.ts";
import type { Place } from "./place.ts";

/**
 * Waiters of one priority, shared between tenants by start-time fair queuing (Goyal, Vin and Cheng 1996): serve the
 * least start tag; S = max(V, F of the tenant); F = S + share / weight; V = S in service.
 */
export class Level {
  size = 0;
  /** Start tag of the last one served. */
  #virtualTime = 0;
  readonly #flows = new Map<string, Flow>();
  /** Everyone in the order in which they came to this level: the first is the first to age. */
  oldest: Place | undefined;
  #newest: Place | undefined;

  push(place: Place, weight: number, nowMs: number): void {
    const flow = this.#flowOf(place.tenant, weight);
    if (flow.size === 0) flow.tag = Math.max(this.#virtualTime, flow.tag);
    flow.push(place);
    place.levelSinceMs = nowMs;
    place.earlier = this.#newest;
    place.later = undefined;
    if (this.#newest === undefined) this.oldest = place;
    else this.#newest.later = place;
    this.#newest = place;
    this.size++;
  }

  remove(place: Place): void {
    place.flow!.remove(place);
    if (place.earlier === undefined) this.oldest = place.later;
    else place.earlier.later = place.later;
    if (place.later === undefined) this.#newest = place.earlier;
    else place.later.earlier = place.earlier;
    place.earlier = undefined;
    place.later = undefined;
    this.size--;
  }

  /** The next to be served among those that `mayStart` lets pass. */
  next(mayStart: (place: Place) => boolean): Place | undefined {
    let best: Flow | undefined;
    for (const flow of this.#flows.values()) {
      if (flow.size === 0 || (best !== undefined && flow.tag >= best.tag)) continue;
      if (mayStart(flow.head!)) best = flow;
    }
    return best?.head;
  }

  /** Takes out a place that is served, and charges its tenant with its share of the pool. */
  serve(place: Place, share: number): void {
    const flow = place.flow!;
    this.#virtualTime = Math.max(this.#virtualTime, flow.tag);
    flow.tag += share / flow.weight;
    flow.takeTurn(place);
    this.remove(place);
  }

  /** Charges a tenant that started without waiting. */
  charge(tenant: string, weight: number, share: number): void {
    const flow = this.#flowOf(tenant, weight);
    const start = flow.size === 0 ? Math.max(this.#virtualTime, flow.tag) : flow.tag;
    if (this.size === 0) this.#virtualTime = Math.max(this.#virtualTime, start);
    flow.tag = start + share / weight;
  }

  /** Gives back what a call did not use of its share; never below V, so that nobody saves up credit. */
  correct(tenant: string, unusedShare: number): void {
    const flow = this.#flows.get(tenant);
    if (flow === undefined) return;
    flow.tag = Math.max(Math.min(this.#virtualTime, flow.tag), flow.tag - unusedShare / flow.weight);
  }

  /** Everyone in the order of service, as far as it can be known now; `shareOf` is a call's share of the pool. */
  *inServiceOrder(shareOf: (place: Place) => number): Generator<Place> {
    const runs = [...this.#flows.values()]
      .filter((flow) => flow.size > 0)
      .map((flow) => ({ tag: flow.tag, weight: flow.weight, rest: flow.places() }))
      .map((run) => ({ ...run, head: run.rest.next().value as Place | undefined }));
    for (;;) {
      let best: (typeof runs)[number] | undefined;
      for (const run of runs) {
        if (run.head !== undefined && (best === undefined || run.tag < best.tag)) best = run;
      }
      if (best?.head === undefined) return;
      yield best.head;
      best.tag += shareOf(best.head) / best.weight;
      best.head = best.rest.next().value as Place | undefined;
    }
  }

  /** How many tenants wait here. */
  get waitingFlows(): number {
    let count = 0;
    for (const flow of this.#flows.values()) if (flow.size > 0) count++;
    return count;
  }

  #flowOf(tenant: string, weight: number): Flow {
    let flow = this.#flows.get(tenant);
    if (flow === undefined) {
      flow = new Flow(tenant, weight);
      this.#flows.set(tenant, flow);
    }
    return flow;
  }
}
