import { DbsaveError } from "@dbsave/core";
import { blockBytes, parseTarHeader, type TarEntry } from "./tar-header.ts";

/** `entry`, as it reads in the archive, then for a file its `data` and one `end`. */
export type TarEvent =
  | { readonly kind: "entry"; readonly entry: TarEntry; readonly header: Buffer }
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "end" };

const empty: Buffer = Buffer.alloc(0);

/** Reads an archive of a base backup in chunks of any size; keeps at most one header. */
export class TarReader {
  #header: Buffer = empty;
  /** Of the file that is being read. */
  #dataBytes = 0;
  #paddingBytes = 0;
  #isInFile = false;
  #isOver = false;

  /** What `chunk` completes. Its `data` are parts of `chunk`. SOURCE_INVALID for damage. */
  *read(chunk: Buffer): Generator<TarEvent, void, undefined> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#isInFile) rest = yield* this.#readData(rest);
      else if (this.#paddingBytes > 0) rest = this.#skipPadding(rest);
      else rest = yield* this.#readHeader(rest);
    }
  }

  /** SOURCE_INVALID unless the archive ended as an archive does: with a block of zeros. */
  finish(): void {
    if (!this.#isOver || this.#isInFile)
      throw new DbsaveError("SOURCE_INVALID", "postgres: base backup archive: it is cut short");
  }

  *#readHeader(chunk: Buffer): Generator<TarEvent, Buffer, undefined> {
    const wanted = blockBytes - this.#header.length;
    this.#header =
      this.#header.length === 0 ? chunk.subarray(0, wanted) : Buffer.concat([this.#header, chunk.subarray(0, wanted)]);
    if (this.#header.length < blockBytes) {
      this.#header = Buffer.from(this.#header);
      return empty;
    }
    const header = this.#header;
    const entry = parseTarHeader(header);
    this.#header = empty;
    if (entry === null) this.#isOver = true;
    else if (this.#isOver)
      throw new DbsaveError("SOURCE_INVALID", "postgres: base backup archive: it goes on after its end");
    else yield* this.#begin(entry, header);
    return chunk.subarray(wanted);
  }

  *#begin(entry: TarEntry, header: Buffer): Generator<TarEvent, void, undefined> {
    yield { kind: "entry", entry, header };
    if (entry.type === "directory") return;
    this.#isInFile = true;
    this.#dataBytes = entry.size;
    this.#paddingBytes = (blockBytes - (entry.size % blockBytes)) % blockBytes;
    if (entry.size === 0) yield this.#end();
  }

  *#readData(chunk: Buffer): Generator<TarEvent, Buffer, undefined> {
    const bytes = chunk.subarray(0, this.#dataBytes);
    this.#dataBytes -= bytes.length;
    yield { kind: "data", bytes };
    if (this.#dataBytes === 0) yield this.#end();
    return chunk.subarray(bytes.length);
  }

  #end(): TarEvent {
    this.#isInFile = false;
    return { kind: "end" };
  }

  #skipPadding(chunk: Buffer): Buffer {
    const skipped = Math.min(this.#paddingBytes, chunk.length);
    this.#paddingBytes -= skipped;
    return chunk.subarray(skipped);
  }
}
