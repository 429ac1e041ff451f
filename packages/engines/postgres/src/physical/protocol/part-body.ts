import { Readable } from "node:stream";

const blockBytes = 128 * 1024;

/** The bytes of one stream of a base backup. What a server sends in small messages is read in blocks. */
export class PartBody extends Readable {
  readonly #wanted: () => void;
  readonly #abandoned: () => void;
  #block: Buffer = Buffer.allocUnsafeSlow(blockBytes);
  #filled = 0;
  #isWhole = false;

  /** `wanted` is called when there is room again, `abandoned` when the reader gives up before the end. */
  constructor(wanted: () => void, abandoned: () => void) {
    super({ highWaterMark: 4 * blockBytes });
    this.#wanted = wanted;
    this.#abandoned = abandoned;
    this.on("error", () => {}); // kept for the reader
  }

  /** Copies the bytes, which belong to the driver. False: there is no room until `wanted` is called. */
  fill(bytes: Buffer): boolean {
    let isRoom = true;
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.copy(this.#block, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled === blockBytes) isRoom = this.#flush();
    }
    return isRoom;
  }

  finish(): void {
    this.#isWhole = true;
    this.push(this.#block.subarray(0, this.#filled));
    this.push(null);
  }

  override _read(): void {
    this.#wanted();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isWhole) this.#abandoned();
    done(error);
  }

  #flush(): boolean {
    const block = this.#block;
    this.#block = Buffer.allocUnsafeSlow(blockBytes);
    this.#filled = 0;
    return this.push(block);
  }
}
