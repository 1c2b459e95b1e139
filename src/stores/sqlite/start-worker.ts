import { Worker } from "node:worker_threads";
import { StoreOpenError } from "./store-open-error.ts";

/** The first message of a thread that owns a file. */
type FirstReply =
  | { readonly kind: "opened" }
  | { readonly kind: "open_failed"; readonly explanation: string };

/** A thread that runs a file of this folder, given without its extension. */
export function createWorker(file: string, name: string, workerData: unknown): Worker {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  return new Worker(new URL(`./${file}${extension}`, import.meta.url), { workerData, name });
}

/**
 * Starts such a thread and waits until it has opened its file. Rejects with {@link StoreOpenError}, and when it dies
 * before.
 */
export async function startWorker(file: string, name: string, workerData: unknown): Promise<Worker> {
  const worker = createWorker(file, name, workerData);
  const first = Promise.withResolvers<FirstReply>();
  worker.once("message", first.resolve);
  worker.once("error", first.reject);
  const reply = await first.promise;
  worker.off("error", first.reject);
  if (reply.kind === "opened") return worker;
  await worker.terminate();
  throw new StoreOpenError(reply.explanation);
}
