import type { AnswerBounds, AnswerToKeep } from "../../completion/cache/answer-store.ts";

/** What the thread of the answers is started with. */
export interface AnswersWorkerData {
  readonly path: string;
  readonly bounds: AnswerBounds;
}

/** What the thread is told to do, in order. */
export type AnswersCommand =
  | { readonly kind: "get"; readonly id: number; readonly key: string; readonly nowWallMs: number }
  | { readonly kind: "put"; readonly answer: AnswerToKeep; readonly nowWallMs: number }
  | { readonly kind: "close" };

/** What the thread says; `explanation` set: it could not be done, and why. */
export type AnswersReply =
  | { readonly kind: "opened" }
  | { readonly kind: "open_failed"; readonly explanation: string }
  | {
      readonly kind: "got";
      readonly id: number;
      readonly value: Uint8Array | undefined;
      readonly explanation?: string;
    }
  | { readonly kind: "put"; readonly bytes: number; readonly explanation?: string };
