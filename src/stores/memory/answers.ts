import type { AnswerBounds, AnswerStore } from "../../completion/cache/answer-store.ts";
import type { Clock } from "../../core/clock.ts";

interface Kept {
  readonly value: Uint8Array;
  readonly expiresWallMs: number;
}

/** Answers kept in memory: they are gone when the process ends. */
export class MemoryAnswers implements AnswerStore {
  readonly #bounds: AnswerBounds;
  readonly #clock: Clock;
  /** What was used longest ago comes first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(options: { readonly bounds: AnswerBounds; readonly clock: Clock }) {
    this.#bounds = options.bounds;
    this.#clock = options.clock;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#drop(key, kept);
    if (kept.expiresWallMs <= this.#clock.wallMs()) return undefined;
    this.#add(key, kept);
    return kept.value;
  }

  put(key: string, value: Uint8Array, expiresWallMs: number): void {
    const before = this.#kept.get(key);
    if (before !== undefined) this.#drop(key, before);
    const { maxBytes, maxEntryCount } = this.#bounds;
    if (sizeOf(key, value) > maxBytes) return;
    this.#add(key, { value, expiresWallMs });
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= maxBytes && this.#kept.size <= maxEntryCount) return;
      this.#drop(oldest, kept);
    }
  }

  async close(): Promise<void> {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #add(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#bytes += sizeOf(key, kept.value);
  }

  #drop(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= sizeOf(key, kept.value);
  }
}

function sizeOf(key: string, value: Uint8Array): number {
  return key.length + value.byteLength;
}
