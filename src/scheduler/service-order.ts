import type { Flow } from "./flow.ts";
import { type Candidate, type LevelTurns, nextOfLevel, type Turn } from "./level-turns.ts";
import type { Place } from "./place.ts";

/** One tenant's waiters inside a level, as they are served one after the other in a play. */
interface Run extends Turn {
  tag: number;
  readonly weight: number;
  head: Place | undefined;
}

/** A copy of who waits in a queue, on which it can be played who is served when. */
export class ServiceOrder {
  /** Those of whom anybody waits. */
  readonly #levels: readonly { readonly level: number; readonly runs: readonly Run[] }[];
  readonly #runs = new Map<Flow, Run>();
  readonly #turns: LevelTurns;
  readonly #out: ReadonlySet<Place>;

  /** Those of `out` are left out. */
  constructor(levels: readonly (readonly Flow[])[], turns: LevelTurns, out: ReadonlySet<Place>) {
    this.#turns = turns.clone();
    this.#out = out;
    this.#levels = levels
      .map((flows, level) => ({ level, runs: flows.flatMap((flow) => this.#runOf(flow)) }))
      .filter(({ runs }) => runs.length > 0);
  }

  /** The next to be served at `nowMs` among those that `mayStart` lets pass. */
  next(nowMs: number, mayStart: (place: Place) => boolean): Place | undefined {
    let next: Candidate | undefined;
    for (const { runs } of this.#levels) next = this.#turns.first(next, nextOfLevel(runs, mayStart), nowMs);
    return next?.place;
  }

  /** When a level next counts as one higher. */
  nextLiftMs(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { level, runs } of this.#levels) {
      if (level === 0) continue;
      for (const { head } of runs) {
        if (head !== undefined) nextMs = Math.min(nextMs, this.#turns.nextLiftMs(level, head.sinceMs, nowMs));
      }
    }
    return nextMs;
  }

  /** Takes out whoever is first of its tenant, as served. */
  serve(place: Place): void {
    this.#turns.noteServed(place.level);
    const run = this.#runs.get(place.flow!)!;
    run.tag += place.share / run.weight;
    run.head = this.#firstFrom(place.next);
  }

  /** Takes out whoever is first of its tenant, as one that has left. */
  drop(place: Place): void {
    this.#runs.get(place.flow!)!.head = this.#firstFrom(place.next);
  }

  #runOf(flow: Flow): Run[] {
    const { tag, weight } = flow;
    const head = this.#firstFrom(flow.head);
    if (head === undefined) return [];
    const run = { tag, weight, head };
    this.#runs.set(flow, run);
    return [run];
  }

  #firstFrom(first: Place | undefined): Place | undefined {
    let place = first;
    while (place !== undefined && this.#out.has(place)) place = place.next;
    return place;
  }
}
