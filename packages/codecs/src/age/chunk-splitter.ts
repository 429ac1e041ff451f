/**
 * Cuts a stream into chunks of one size and always keeps the last bytes back, full chunk or not, because whether a
 * chunk is the last one is part of how it is sealed. Holds at most one chunk.
 */
export class ChunkSplitter {
  readonly #held: Buffer;
  #filled = 0;

  constructor(sizeBytes: number) {
    this.#held = Buffer.allocUnsafeSlow(sizeBytes);
  }

  /** Every whole chunk that is certainly not the last; each is valid only until the next is asked for. */
  *split(data: Buffer): Generator<Buffer> {
    const size = this.#held.length;
    let at = 0;
    while (this.#filled + data.length - at > size) {
      if (this.#filled === 0) {
        yield data.subarray(at, at + size);
        at += size;
      } else {
        at += data.copy(this.#held, this.#filled, at);
        this.#filled = 0;
        yield this.#held;
      }
    }
    this.#filled += data.copy(this.#held, this.#filled, at);
  }

  /** What comes after the last byte of the stream: the last chunk. */
  rest(): Buffer {
    return this.#held.subarray(0, this.#filled);
  }
}
