import { request } from "undici";

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 64 * 1_048_576;

/**
 * Gets a JSON document of at most 64 MiB, and waits at most 30 s for the answer and for each piece of it. Follows no
 * redirect. Rejects with an Error that says why there is none.
 */
export async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const { statusCode, body } = await request(url, {
    headers: { accept: "application/json" },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    signal,
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`HTTP ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of body) {
    byteCount += (chunk as Buffer).length;
    if (byteCount > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
