import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** What the files of a Headway are on, and how it is filled. */
export interface Disk {
  /** Undefined: wherever the files are. */
  readonly folder: string | undefined;
  /** Whether it is full for the next process, too. */
  readonly staysFull: boolean;
  /** How the command line of a process begins that is to see it. */
  readonly prefix: readonly string[];
  /** Lets no byte more be written by the process. */
  fill(pid: number): void;
  makeRoom(pid: number): void;
}

/** A way to have a disk that can be filled. */
export interface DiskKind {
  readonly name: string;
  readonly isAvailable: boolean;
  open(): Promise<Disk>;
}

/** The kernel refuses to make any file of the process larger: EFBIG, as close to a full disk as one comes without a mount. */
const limited: DiskKind = {
  name: "whose files may not grow",
  isAvailable: process.platform === "linux",
  async open() {
    const limit = (pid: number, soft: string): void => {
      execFileSync("prlimit", ["--pid", String(pid), `--fsize=${soft}:unlimited`]);
    };
    return {
      folder: undefined,
      staysFull: false,
      prefix: [],
      fill: (pid) => limit(pid, "0"),
      makeRoom: (pid) => limit(pid, "unlimited"),
    };
  },
};

const OWN_MOUNTS = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
const SIZE = "size=8m";

/** A file system of 8 MB in memory, which other processes do not see: ENOSPC. */
const small: DiskKind = {
  name: "of 8 MB without a free block",
  isAvailable: spawnSync("unshare", [...OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "headway-disk-"));
    const mount = `mount -t tmpfs -o ${SIZE} tmpfs "$0" && echo mounted && exec sleep infinity`;
    // It lives as long as somebody is in its namespace, also when no Headway is.
    const holder = spawn("unshare", [...OWN_MOUNTS, "sh", "-c", mount, folder]);
    onTestFinished(() => {
      holder.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    });
    await once(holder.stdout, "data");
    const filler = `/proc/${holder.pid}/root${folder}/filler`;
    const namespaces = OWN_MOUNTS.filter((option) => option !== "--map-root-user");
    return {
      folder,
      staysFull: true,
      prefix: ["nsenter", "--preserve-credentials", "--target", String(holder.pid), ...namespaces, "--"],
      fill: () => fillUp(filler),
      makeRoom: () => rmSync(filler),
    };
  },
};

/** The truest that this machine has. Undefined: it has none. */
export const DISK: DiskKind | undefined = [small, limited].find(({ isAvailable }) => isAvailable);

function fillUp(file: string): void {
  for (let bytes = 1 << 20; bytes >= 1; ) {
    try {
      appendFileSync(file, Buffer.alloc(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      bytes >>= 1;
    }
  }
}
