/** Reproducible numbers from 0 to 2^32 - 1 (xorshift), so that a failure can be repeated. */
export function numbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Reproducible bytes that do not compress. */
export function noise(length: number, seed = 1): Buffer {
  const next = numbers(seed);
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, next);
  return Buffer.from(words.buffer, 0, length);
}

/** `data` in pieces of random length up to `longest` bytes. */
export function pieces(data: Buffer, longest: number, seed = 1): Buffer[] {
  const next = numbers(seed);
  const cut: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const length = 1 + (next() % longest);
    cut.push(data.subarray(at, at + length));
    at += length;
  }
  return cut;
}

/** The same bytes again and again. */
export function* repeated(data: Buffer, times: number): Generator<Buffer> {
  for (let i = 0; i < times; i++) yield data;
}
