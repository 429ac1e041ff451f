const magic = 0xfd2fb528;
const checksumFlag = 0x04;
const unusedBits = 0x18;
const singleSegmentFlag = 0x20;
const checksumBytes = 4;
const rleBlock = 1;

/**
 * Follows one zstd frame (RFC 8878) from block header to block header, so that its end is known without decompressing.
 * A frame without a checksum is refused: a flipped bit in it could pass unnoticed.
 */
export class ZstdFrame {
  readonly #field: Buffer = Buffer.alloc(5);
  #filled = 0;
  #expects: "descriptor" | "block" | "nothing" = "descriptor";
  #skip = 0;

  /** Whether the last byte of the frame has been seen. */
  get isWhole(): boolean {
    return this.#expects === "nothing" && this.#skip === 0;
  }

  /** How many bytes at the start of `data` belong to the frame. Throws when they cannot be those of a frame. */
  follow(data: Buffer): number {
    let at = 0;
    while (at < data.length && !this.isWhole) {
      const skipped = Math.min(this.#skip, data.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (this.#skip === 0 && !this.isWhole) at += this.#collect(data, at);
    }
    return at;
  }

  /** Takes what `data` holds of the next header field from `at` on, and reads the field when it is complete. */
  #collect(data: Buffer, at: number): number {
    const wanted = this.#expects === "descriptor" ? 5 : 3;
    const taken = data.copy(this.#field, this.#filled, at, at + wanted - this.#filled);
    this.#filled += taken;
    if (this.#filled === wanted) {
      this.#filled = 0;
      if (this.#expects === "descriptor") this.#readDescriptor();
      else this.#readBlock();
    }
    return taken;
  }

  #readDescriptor(): void {
    if (this.#field.readUInt32LE() !== magic) throw new Error("not a zstd frame");
    const flags = this.#field.readUInt8(4);
    if ((flags & unusedBits) !== 0) throw new Error("unknown flags in the frame header");
    if ((flags & checksumFlag) === 0) throw new Error("the frame carries no checksum");
    const singleSegment = (flags & singleSegmentFlag) !== 0;
    const dictionaryIdBytes = [0, 1, 2, 4][flags & 3] ?? 0;
    const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
    this.#skip = (singleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes;
    this.#expects = "block";
  }

  #readBlock(): void {
    const header = this.#field.readUIntLE(0, 3);
    const isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    this.#skip = type === rleBlock ? 1 : header >> 3;
    if (isLast) {
      this.#skip += checksumBytes;
      this.#expects = "nothing";
    }
  }
}
