import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Answer, Command } from "./commands.ts";
import { PYTHON_ENVIRONMENT } from "./languages.ts";

/** The driver said that the command failed. */
export class DriverError extends Error {
  /** As {@link Answer} describes it. */
  readonly failure: Readonly<Record<string, unknown>>;

  constructor(failure: Readonly<Record<string, unknown>>) {
    super(JSON.stringify(failure));
    this.failure = failure;
  }
}

/** A program of some language that does what it is told with that language's client. */
export class Driver {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #exited: Promise<unknown>;
  #errors = "";
  #lastId = 0;

  constructor(command: readonly string[], headwayAddress: string) {
    const [program, ...rest] = command;
    this.#child = spawn(program!, rest, {
      env: { ...process.env, ...PYTHON_ENVIRONMENT, HEADWAY_ADDRESS: headwayAddress },
    });
    this.#exited = once(this.#child, "close");
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    // Whoever still waits is told why there will be no answer.
    this.#child.on("close", () => {
      for (const [id, tell] of this.#waiting) tell({ id, error: { exited: true, message: this.#errors } });
    });
  }

  /** What the driver wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Resolves with the answer's `ok`. @throws {DriverError} */
  // biome-ignore lint/suspicious/noExplicitAny: each command answers with its own JSON.
  async tell(command: Command): Promise<any> {
    const id = ++this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
    const answer = await answered;
    if ("error" in answer) throw new DriverError(answer.error as Record<string, unknown>);
    return answer.ok;
  }

  /** The failure of a command that must fail. */
  async failureOf(command: Command): Promise<Readonly<Record<string, unknown>>> {
    try {
      await this.tell(command);
    } catch (error) {
      if (error instanceof DriverError) return error.failure;
      throw error;
    }
    throw new Error(`${command.do} did not fail`);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Lets it end. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
  }
}
