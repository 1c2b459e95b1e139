type Chunks = AsyncIterable<Uint8Array>;

/** The body of a request, as far as it was read. */
export interface ReadBody {
  /** All of it. Undefined: it is larger than was asked for, or broke off. */
  readonly bytes: Buffer | undefined;
  /** The same body from its beginning, for whoever reads it after this. */
  readonly again: Chunks;
}

/** Reads a body of at most `mostBytes`; of a larger one not much more. Never rejects. */
export async function readBody(body: Chunks, mostBytes: number): Promise<ReadBody> {
  const source = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (let step = await source.next(); step.done !== true; step = await source.next()) {
      chunks.push(step.value);
      size += step.value.byteLength;
      if (size > mostBytes) return { bytes: undefined, again: replay(chunks, () => source.next()) };
    }
  } catch (error) {
    return { bytes: undefined, again: replay(chunks, () => Promise.reject(error)) };
  }
  const bytes = Buffer.concat(chunks, size);
  return { bytes, again: replay([bytes], async () => ({ done: true, value: undefined })) };
}

async function* replay(
  chunks: readonly Uint8Array[],
  next: () => Promise<IteratorResult<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
  yield* chunks;
  for (let step = await next(); step.done !== true; step = await next()) yield step.value;
}
