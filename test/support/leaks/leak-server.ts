import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Held, Jump, LeakChildAddresses, LeakChildOptions } from "./leak-child.ts";

/** A Headway in a process of its own, which can be asked what it holds. */
export class LeakServer implements AsyncDisposable {
  readonly addresses: LeakChildAddresses;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, addresses: LeakChildAddresses) {
    this.#child = child;
    this.addresses = addresses;
  }

  static async start(options: LeakChildOptions): Promise<LeakServer> {
    const child = fork(join(import.meta.dirname, "leak-child.ts"), [JSON.stringify(options)], {
      execArgv: ["--expose-gc"],
    });
    return new LeakServer(child, await next<LeakChildAddresses>(child));
  }

  /** What it holds so long after by its own clock. */
  async heldAfter(jump: Jump): Promise<Held> {
    const held = next<Held>(this.#child);
    this.#child.send(jump);
    return await held;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.disconnect();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(kill);
  }
}

async function next<Message>(child: ChildProcess): Promise<Message> {
  const stop = new AbortController();
  const ended = once(child, "exit", stop).then(([code]) => {
    throw new Error(`the process ended with ${code}`);
  });
  const [message] = (await Promise.race([once(child, "message", stop), ended])) as [Message];
  ended.catch(() => {});
  stop.abort();
  return message;
}
