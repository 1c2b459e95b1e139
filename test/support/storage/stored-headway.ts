import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { onTestFinished } from "vitest";
import { AdminService } from "../../../gen/es/headway/v1/admin_service_pb.js";
import { HeadwayService } from "../../../gen/es/headway/v1/headway_service_pb.js";
import { type Ending, lineWith, type Running, startBy } from "../../cli/program.ts";
import { createGrpcJsTransport } from "../service/grpc-js-transport.ts";
import type { Disk } from "./disk.ts";

/** The files that a Headway keeps, by what is in them. */
export const STORED_FILES = {
  ledger: "headway.db",
  journal: "headway.journal.db",
  answers: "headway.cache.db",
  batches: "headway.batches.db",
} as const;

/** A folder for the files of one Headway after the other, with the configuration that they are started with. */
export class Storage {
  readonly folder: string;
  readonly #disk: Disk | undefined;
  readonly #configPath: string;

  /**
   * `lines` are added to the configuration; `disk` is what the files are on, if it is to be filled. There is the model `own/a`, of
   * which each token costs a tenth of a cent, and `own/free`; they repeat what they are asked.
   */
  constructor(lines = "", disk?: Disk) {
    this.#disk = disk;
    const own = mkdtempSync(join(tmpdir(), "headway-storage-"));
    onTestFinished(() => rmSync(own, { recursive: true, force: true }));
    this.folder = disk?.folder ?? own;
    this.#configPath = join(own, "headway.yaml");
    const price = (usd: number) => `price: {input_per_million_usd: ${usd}, output_per_million_usd: ${usd}}`;
    const config = `
listen: {grpc: "127.0.0.1:0", http: "127.0.0.1:0", drain_timeout: 300ms}
storage: {path: "${join(this.folder, STORED_FILES.ledger)}"}
admin_token: admin-secret
cache: {enabled: true}
scheduler: {spacing: none}
providers:
  own: {type: echo, limits: {rpm: 100000}, models: {a: {${price(1000)}}, free: {${price(0)}}}}
${lines}`;
    writeFileSync(this.#configPath, config);
  }

  path(file: keyof typeof STORED_FILES): string {
    return join(this.folder, STORED_FILES[file]);
  }

  /** Starts a Headway that does not come up, and answers how it ended. */
  async startInVain(): Promise<Ending> {
    return await this.#run().ending;
  }

  async start(): Promise<StoredHeadway> {
    const running = this.#run();
    const addresses = JSON.parse(await lineWith(running, '"msg":"serving"')) as Addresses;
    return new StoredHeadway(running, addresses, this.#disk);
  }

  #run(): Running {
    return startBy(this.#disk?.prefix ?? [], ["serve", "--config", this.#configPath]);
  }
}

/** Where a Headway listens. */
interface Addresses {
  readonly grpc: string;
  readonly http: string;
}

/** A Headway in a process of its own. */
export class StoredHeadway {
  readonly grpc: Client<typeof HeadwayService>;
  readonly admin: Client<typeof AdminService>;
  readonly #running: Running;
  readonly #http: string;
  readonly #disk: Disk | undefined;

  constructor(running: Running, { grpc, http }: Addresses, disk: Disk | undefined) {
    this.#running = running;
    this.#disk = disk;
    const transport = createGrpcJsTransport(grpc);
    this.#http = http;
    onTestFinished(() => transport.close());
    this.grpc = createClient(HeadwayService, transport);
    this.admin = createClient(AdminService, transport);
  }

  /** From now on its disk is full; for good or until {@link makeRoom}. */
  fillDisk(): void {
    this.#disk!.fill(this.#running.child.pid!);
  }

  makeRoom(): void {
    this.#disk!.makeRoom(this.#running.child.pid!);
  }

  /** Status and text of `/readyz`. */
  async readiness(): Promise<string> {
    const answer = await fetch(`http://${this.#http}/readyz`);
    return `${answer.status} ${await answer.text()}`;
  }

  /** Messages of the log at this level, in order. */
  logged(level: "info" | "error"): string[] {
    const lines = this.#running.stdout().split("\n").slice(0, -1);
    return lines
      .map((line) => JSON.parse(line) as { level: string; msg: string })
      .filter((line) => line.level === level)
      .map(({ msg }) => msg);
  }

  /** Resolves when the log holds a text. */
  async hasLogged(text: string): Promise<void> {
    await lineWith(this.#running, text);
  }

  /** Ends it like a crash. */
  async kill(): Promise<void> {
    const exited = once(this.#running.child, "exit");
    this.#running.child.kill("SIGKILL");
    await exited;
  }

  /** Ends it in order; answers its exit code. */
  async stop(): Promise<number | null> {
    this.#running.child.kill("SIGTERM");
    return (await this.#running.ending).code;
  }
}
