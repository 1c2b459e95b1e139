import { randomBytes } from "node:crypto";

const BLOCK_BYTES = 4095;
const ID_LENGTH = 22;
let block = "";
let used = 0;

/**
 * An unguessable id of 132 random bits as 22 URL-safe characters behind a prefix: `slot_…`, `req_…`. They are drawn
 * and encoded in blocks, since one draw per id costs a system call.
 */
export function makeId(prefix: string): string {
  if (used + ID_LENGTH > block.length) {
    block = randomBytes(BLOCK_BYTES).toString("base64url");
    used = 0;
  }
  const id = block.slice(used, used + ID_LENGTH);
  used += ID_LENGTH;
  return `${prefix}_${id}`;
}
