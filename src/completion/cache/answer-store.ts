/**
 * How much a store keeps of all tenants together. Beyond any of these the tenant who has most in it lets go of what it
 * used longest ago.
 */
export interface AnswerBounds {
  readonly maxEntryCount: number;
  /** Of all keys and values together. A value that is larger by itself is not kept. */
  readonly maxBytes: number;
}

/** An answer that is to be kept. */
export interface AnswerToKeep {
  /** Of all answers; one that was kept under it before is replaced. */
  readonly key: string;
  /** On whose account its room is. */
  readonly tenant: string;
  readonly value: Uint8Array;
  /** From then on it is kept no more. */
  readonly expiresWallMs: number;
}

/** Keeps answers by key for a time. It may lose them: who misses one asks for it again. */
export interface AnswerStore {
  /** Counts as a use. Undefined: it is not kept, or no longer, or cannot be read. Never rejects. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** A later {@link get} sees it. */
  put(answer: AnswerToKeep): void;
  /** What was put is kept when this resolves; the store takes no more. */
  close(): Promise<void>;
}
