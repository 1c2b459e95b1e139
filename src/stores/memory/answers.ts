import type { AnswerBounds, AnswerStore, AnswerToKeep } from "../../completion/cache/answer-store.ts";
import { Holdings } from "../../completion/cache/holdings.ts";
import type { Clock } from "../../core/clock.ts";

/** Answers kept in memory: they are gone when the process ends. */
export class MemoryAnswers implements AnswerStore {
  readonly #bounds: AnswerBounds;
  readonly #clock: Clock;
  readonly #kept = new Map<string, AnswerToKeep>();
  /** The keys of each tenant; what was used longest ago comes first. */
  readonly #keys = new Map<string, Set<string>>();
  readonly #holdings: Holdings;

  constructor(options: { readonly bounds: AnswerBounds; readonly clock: Clock }) {
    this.#bounds = options.bounds;
    this.#clock = options.clock;
    this.#holdings = new Holdings(options.bounds);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#drop(kept);
    if (kept.expiresWallMs <= this.#clock.wallMs()) return undefined;
    this.#add(kept);
    return kept.value;
  }

  put(answer: AnswerToKeep): void {
    const before = this.#kept.get(answer.key);
    if (before !== undefined) this.#drop(before);
    if (sizeOf(answer) > this.#bounds.maxBytes) return;
    this.#add(answer);
    for (;;) {
      const fullest = this.#holdings.fullest();
      if (fullest === undefined) return;
      const [oldest] = this.#keys.get(fullest)!;
      this.#drop(this.#kept.get(oldest!)!);
    }
  }

  async close(): Promise<void> {
    for (const kept of [...this.#kept.values()]) this.#drop(kept);
  }

  #add(answer: AnswerToKeep): void {
    const { key, tenant } = answer;
    this.#kept.set(key, answer);
    const keys = this.#keys.get(tenant);
    if (keys === undefined) this.#keys.set(tenant, new Set([key]));
    else keys.add(key);
    this.#holdings.add(tenant, { entryCount: 1, bytes: sizeOf(answer) });
  }

  #drop(answer: AnswerToKeep): void {
    const { key, tenant } = answer;
    this.#kept.delete(key);
    const keys = this.#keys.get(tenant)!;
    keys.delete(key);
    if (keys.size === 0) this.#keys.delete(tenant);
    this.#holdings.add(tenant, { entryCount: -1, bytes: -sizeOf(answer) });
  }
}

function sizeOf({ key, value }: AnswerToKeep): number {
  return key.length + value.byteLength;
}
