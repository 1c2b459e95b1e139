import { Worker } from "node:worker_threads";

/** A thread that has said its first word. */
export interface StartedWorker<Reply> {
  readonly worker: Worker;
  readonly first: Reply;
}

/** A thread that runs a file of this folder, given without its extension. */
export function createWorker(file: string, name: string, workerData: unknown): Worker {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  return new Worker(new URL(`./${file}${extension}`, import.meta.url), { workerData, name });
}

/** Starts such a thread and waits for its first message. Rejects when it dies before. */
export async function startWorker<Reply>(
  file: string,
  name: string,
  workerData: unknown,
): Promise<StartedWorker<Reply>> {
  const worker = createWorker(file, name, workerData);
  const first = Promise.withResolvers<Reply>();
  worker.once("message", first.resolve);
  worker.once("error", first.reject);
  const reply = await first.promise;
  worker.off("error", first.reject);
  return { worker, first: reply };
}
