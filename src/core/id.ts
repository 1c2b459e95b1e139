import { randomBytes } from "node:crypto";

const POOL_BYTES = 4096;
const ID_BYTES = 16;
let pool = Buffer.alloc(0);
let used = 0;

/**
 * An unguessable id of 128 random bits as 22 URL-safe characters behind a prefix: `slot_…`, `req_…`. Random bytes
 * are drawn in blocks, since one draw per id costs a system call.
 */
export function makeId(prefix: string): string {
  if (used + ID_BYTES > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const id = pool.toString("base64url", used, used + ID_BYTES);
  used += ID_BYTES;
  return `${prefix}_${id}`;
}
