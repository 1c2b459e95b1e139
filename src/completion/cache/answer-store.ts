/** How much a store keeps. Beyond any of these, what was used longest ago is let go of. */
export interface AnswerBounds {
  readonly maxEntryCount: number;
  /** Of all keys and values together. A value that is larger by itself is not kept. */
  readonly maxBytes: number;
}

/** Keeps answers by key for a time. It may lose them: who misses one asks for it again. */
export interface AnswerStore {
  /** Counts as a use. Undefined: it is not kept, or no longer, or cannot be read. Never rejects. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Keeps a value until `expiresWallMs`; it replaces the one before. A later {@link get} sees it. */
  put(key: string, value: Uint8Array, expiresWallMs: number): void;
  /** What was put is kept when this resolves; the store takes no more. */
  close(): Promise<void>;
}
