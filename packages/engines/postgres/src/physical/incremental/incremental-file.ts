import { DbsaveError } from "@dbsave/core";
import { checksumsOf, isNewPage, lsnOfPage } from "./page-checksum.ts";

const magic = 0xd3_ae_1f_0d;
const firstWords = 12;
const empty: Buffer = Buffer.alloc(0);

/** How the blocks of a cluster are stored. */
export interface BlockFormat {
  readonly blockBytes: number;
  /** So many blocks are in one file of a relation. */
  readonly segmentBlocks: number;
  /** Pages that changed before this position have a checksum, as far as they were ever written. Null: none has. */
  readonly checksummedBefore: bigint | null;
}

/** What an incremental file says of the file that it belongs to: once how long that is, then its blocks. */
export type FileChange =
  | {
      readonly kind: "length";
      /** What is behind them is not that of the older backup any more. */
      readonly keptBlocks: number;
      readonly blocks: number;
    }
  | { readonly kind: "blocks"; readonly first: number; readonly bytes: Buffer };

/**
 * Reads a file of an incremental backup in chunks of any size; holds the numbers of its blocks, half a megabyte at most, and less than a
 * block. SOURCE_INVALID when it is not one, and when a page is not what its checksum says, or at another place.
 */
export class IncrementalFile {
  readonly #path: string;
  readonly #sizeBytes: number;
  readonly #format: BlockFormat;
  readonly #segment: number;
  #held: Buffer = empty;
  #numbers: Uint32Array | null = null;
  #done = 0;

  /** `path` is that of the file it belongs to. */
  constructor(path: string, sizeBytes: number, format: BlockFormat) {
    this.#path = path;
    this.#sizeBytes = sizeBytes;
    this.#format = format;
    this.#segment = Number(/\.(\d+)$/.exec(path)?.[1] ?? 0);
  }

  *read(chunk: Buffer): Generator<FileChange, void, undefined> {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const rest = this.#numbers === null ? yield* this.#readHeader(bytes) : bytes;
    this.#held = this.#numbers === null ? rest : yield* this.#readBlocks(this.#numbers, rest);
  }

  finish(): void {
    if (this.#numbers === null || this.#done < this.#numbers.length || this.#held.length > 0)
      throw this.#invalid("it is cut short");
  }

  *#readHeader(bytes: Buffer): Generator<FileChange, Buffer, undefined> {
    if (bytes.length < firstWords) return bytes;
    if (bytes.readUInt32LE(0) !== magic) throw this.#invalid("it is no incremental file");
    const [count, keptBlocks] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
    const headerBytes = this.#headerBytes(count);
    if (headerBytes + count * this.#format.blockBytes !== this.#sizeBytes)
      throw this.#invalid(`it has not the size of ${count} blocks`);
    if (bytes.length < headerBytes) return bytes;
    const numbers = Uint32Array.from({ length: count }, (_, index) => bytes.readUInt32LE(firstWords + index * 4));
    if (numbers.some((number, index) => number <= (numbers[index - 1] ?? -1)))
      throw this.#invalid("its blocks are not in order");
    this.#numbers = numbers;
    yield { kind: "length", keptBlocks, blocks: Math.max(keptBlocks, (numbers.at(-1) ?? -1) + 1) };
    return bytes.subarray(headerBytes);
  }

  /** Padded to a whole block where blocks follow. */
  #headerBytes(count: number): number {
    const { blockBytes } = this.#format;
    const words = firstWords + count * 4;
    return count === 0 ? words : Math.ceil(words / blockBytes) * blockBytes;
  }

  *#readBlocks(numbers: Uint32Array, bytes: Buffer): Generator<FileChange, Buffer, undefined> {
    const { blockBytes } = this.#format;
    const whole = Math.min(Math.floor(bytes.length / blockBytes), numbers.length - this.#done);
    for (let taken = 0; taken < whole; ) {
      const first = numbers[this.#done] as number;
      let count = 1;
      while (taken + count < whole && numbers[this.#done + count] === first + count) count += 1;
      const run = bytes.subarray(taken * blockBytes, (taken + count) * blockBytes);
      this.#check(first, run);
      yield { kind: "blocks", first, bytes: run };
      taken += count;
      this.#done += count;
    }
    return bytes.subarray(whole * blockBytes);
  }

  #check(first: number, run: Buffer): void {
    const { blockBytes, segmentBlocks, checksummedBefore } = this.#format;
    if (checksummedBefore === null) return;
    for (let at = 0; at < run.length; at += blockBytes) {
      const page = run.subarray(at, at + blockBytes);
      if (isNewPage(page) || lsnOfPage(page) >= checksummedBefore) continue;
      const number = this.#segment * segmentBlocks + first + at / blockBytes;
      const { found, expected } = checksumsOf(page, number);
      if (found !== expected) throw this.#invalid(`the checksum of block ${number} is wrong`);
    }
  }

  #invalid(why: string): DbsaveError {
    return new DbsaveError("SOURCE_INVALID", `postgres: changes of ${this.#path}: ${why}`);
  }
}
