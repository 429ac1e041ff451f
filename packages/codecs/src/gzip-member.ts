import { crc32 } from "node:zlib";
import { toDbsaveError } from "@dbsave/core";
import type { ZlibWatch } from "./zlib-stage.ts";

const trailerBytes = 8;
const maxHeaderBytes = 256 * 1024;
const flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 } as const;

/**
 * One gzip member (RFC 1952) around raw deflate data. zlib's own gunzip goes on with a second member and ignores zero
 * padding; here the deflate data must end exactly at the last eight bytes, and those must match the plain bytes.
 */
export class GzipMember implements ZlibWatch {
  #isInBody = false;
  /** A header that is not complete yet, then the last bytes seen, which may be the trailer. */
  #held: Buffer = Buffer.alloc(0);
  #deflateBytes = 0;
  #plainBytes = 0;
  #crc = 0;

  incoming(data: Buffer): Buffer {
    this.#held = Buffer.concat([this.#held, data]);
    if (!this.#isInBody) this.#skipHeader();
    const given = this.#isInBody ? this.#held.subarray(0, -trailerBytes) : Buffer.alloc(0);
    this.#held = this.#held.subarray(given.length);
    this.#deflateBytes += given.length;
    return given;
  }

  outgoing(data: Buffer): Buffer {
    this.#crc = crc32(data, this.#crc);
    this.#plainBytes += data.length;
    return data;
  }

  end(consumedBytes: number): void {
    if (!this.#isInBody || this.#held.length < trailerBytes) throw new Error("cut short");
    if (consumedBytes !== this.#deflateBytes) throw new Error("bytes follow its end");
    const isSame =
      this.#held.readUInt32LE(0) === this.#crc && this.#held.readUInt32LE(4) === this.#plainBytes % 2 ** 32;
    if (!isSame) throw new Error("its checksum does not match");
  }

  failed(cause: unknown): Error {
    return toDbsaveError(cause, "DECODE_FAILED", "gzip: cannot decode");
  }

  #skipHeader(): void {
    const length = headerLength(this.#held);
    if (length === undefined && this.#held.length > maxHeaderBytes) throw new Error("its header does not end");
    if (length === undefined) return;
    this.#isInBody = true;
    this.#held = this.#held.subarray(length);
  }
}

/** Undefined when more bytes are needed to know it. */
function headerLength(data: Buffer): number | undefined {
  const fixedBytes = 10;
  if (data.length < fixedBytes) return undefined;
  if (data.readUInt16BE(0) !== 0x1f8b || data[2] !== 8) throw new Error("not a gzip file");
  const flags = data.readUInt8(3);
  if ((flags & flag.reserved) !== 0) throw new Error("unknown flags in the header");
  let length = fixedBytes;
  if ((flags & flag.extra) !== 0) {
    if (data.length < length + 2) return undefined;
    length += 2 + data.readUInt16LE(length);
  }
  for (const text of [flag.name, flag.comment]) {
    if ((flags & text) === 0) continue;
    const end = data.indexOf(0, length);
    if (end === -1) return undefined;
    length = end + 1;
  }
  if ((flags & flag.headerCrc) !== 0) length += 2;
  return length <= data.length ? length : undefined;
}
