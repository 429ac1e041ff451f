import { DbsaveError } from "@dbsave/core";
import { formatLsn } from "./lsn.ts";
import { type PageHeader, pageHeaderBytes, readPageHeader } from "./page-header.ts";

/** A record of the WAL. */
export interface WalRecord {
  /** Where it begins. */
  readonly position: bigint;
  /** Where the next one can begin. */
  readonly end: bigint;
  /** Of the part of the server that wrote it, and what that says of it: `xl_rmid`, `xl_info`. */
  readonly manager: number;
  readonly info: number;
  readonly transaction: number;
  /** All of it, with its header, where it was asked for. */
  readonly bytes: Buffer | null;
}

const recordHeaderBytes = 24;
const [transactionAt, previousAt, infoAt, managerAt] = [4, 8, 16, 17];
const shortPageHeaderBytes = 24;
const alignment = 8;
const isContinued = 0x0001;
const hasLongHeader = 0x0002;
const switches = { manager: 0, info: 0x40 };

interface OpenRecord {
  readonly position: bigint;
  readonly length: number;
  taken: number;
  /** All bytes, or only the first ones of a record that nobody wants. */
  parts: Buffer[];
  /** Null until its header is there. */
  isWanted: boolean | null;
}

/**
 * Reads records out of segments that follow one another, in chunks of any size; the first record is the first one that begins in
 * them. Ends quietly where the WAL does: with zeros, with older WAL that a page or a record of it still holds, with a record
 * that is not whole. What a crashed server left half-written and went on after is passed over, as servers do. SOURCE_INVALID for bytes
 * that do not begin as a segment does.
 */
export class WalRecordReader {
  readonly #wants: (manager: number, info: number) => boolean;
  #header: PageHeader | null = null;
  #unread: Buffer = Buffer.alloc(0);
  #address = 0n;
  #open: OpenRecord | null = null;
  /** Of the last whole record; the next one names it. */
  #previous: bigint | null = null;
  /** The rest of a segment that was left early. */
  #nothingBefore = 0n;
  #isOver = false;

  /** `wants` says whose bytes are kept. */
  constructor(wants: (manager: number, info: number) => boolean) {
    this.#wants = wants;
  }

  /** Of the first segment. SOURCE_INVALID before its beginning was read. */
  get header(): PageHeader {
    if (this.#header !== null) return this.#header;
    throw new DbsaveError("SOURCE_INVALID", "postgres: not a WAL segment: it is cut short");
  }

  /** Whether the WAL ended before the bytes did. */
  get isOver(): boolean {
    return this.#isOver;
  }

  *read(chunk: Buffer): Generator<WalRecord, void, undefined> {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    if (this.#header === null && bytes.length >= pageHeaderBytes) {
      this.#header = readPageHeader(bytes);
      this.#address = this.#header.position;
    }
    const size = this.#header?.pageBytes ?? Number.POSITIVE_INFINITY;
    let at = 0;
    for (; at + size <= bytes.length; at += size) {
      if (!this.#isOver && this.#address >= this.#nothingBefore) yield* this.#page(bytes.subarray(at, at + size));
      this.#address += BigInt(size);
    }
    this.#unread = Buffer.from(bytes.subarray(at));
  }

  *#page(page: Buffer): Generator<WalRecord, void, undefined> {
    const flags = page.readUInt16LE(2);
    if (page.readUInt8(1) !== 0xd1 || page.readBigUInt64LE(8) !== this.#address) {
      this.#isOver = true;
      return;
    }
    let at = (flags & hasLongHeader) === 0 ? shortPageHeaderBytes : pageHeaderBytes;
    const continued = (flags & isContinued) === 0 ? 0 : page.readUInt32LE(16);
    if (this.#open !== null && continued !== this.#open.length - this.#open.taken) {
      this.#open = null; // its server crashed and wrote something else after it
      this.#previous = null;
    }
    if (this.#open === null) at += align(continued);
    while (at < page.length) {
      this.#open ??= this.#begin(page, at);
      if (this.#open === null) return;
      at = this.#take(this.#open, page, at);
      if (this.#open.taken < this.#open.length) return;
      const record = this.#finish(this.#open, this.#address + BigInt(align(at)));
      if (record === null) return;
      at = align(at);
      this.#open = null;
      yield record;
      if (this.#nothingBefore > this.#address) return;
    }
  }

  #begin(page: Buffer, at: number): OpenRecord | null {
    const length = page.readUInt32LE(at);
    this.#isOver = length < recordHeaderBytes;
    if (this.#isOver) return null;
    return { position: this.#address + BigInt(at), length, taken: 0, parts: [], isWanted: null };
  }

  /** Returns where in the page it stopped. */
  #take(record: OpenRecord, page: Buffer, at: number): number {
    const part = page.subarray(at, at + record.length - record.taken);
    record.taken += part.length;
    if (record.isWanted !== false) record.parts.push(part);
    if (record.isWanted === null && record.taken >= recordHeaderBytes) {
      const bytes = joined(record.parts);
      record.isWanted = this.#wants(bytes.readUInt8(managerAt), bytes.readUInt8(infoAt));
      if (!record.isWanted) record.parts = [bytes.subarray(0, recordHeaderBytes)];
    }
    return at + part.length;
  }

  #finish({ position, parts, isWanted }: OpenRecord, end: bigint): WalRecord | null {
    const bytes = joined(parts);
    this.#isOver = this.#previous !== null && bytes.readBigUInt64LE(previousAt) !== this.#previous;
    if (this.#isOver) return null;
    this.#previous = position;
    const [manager, info] = [bytes.readUInt8(managerAt), bytes.readUInt8(infoAt)];
    if (manager === switches.manager && (info & 0xf0) === switches.info) this.#leaveSegment(end);
    const transaction = bytes.readUInt32LE(transactionAt);
    return { position, end, manager, info, transaction, bytes: isWanted ? Buffer.from(bytes) : null };
  }

  #leaveSegment(end: bigint): void {
    const size = BigInt(this.header.segmentBytes);
    this.#nothingBefore = ((end + size - 1n) / size) * size;
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

function align(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** The part of a record that its manager wrote. SOURCE_INVALID for a form that no server of the known majors writes. */
export function mainData({ position, bytes }: WalRecord): Buffer {
  const record = bytes ?? Buffer.alloc(0);
  let at = recordHeaderBytes;
  while (at < record.length) {
    const id = record.readUInt8(at);
    if (id === 255) return record.subarray(record.length - record.readUInt8(at + 1));
    if (id === 254) return record.subarray(record.length - record.readUInt32LE(at + 1));
    if (id === 253)
      at += 3; // origin
    else if (id === 252)
      at += 5; // the transaction that it is a part of
    else break;
  }
  throw new DbsaveError("SOURCE_INVALID", `postgres: WAL: a record of an unknown form at ${formatLsn(position)}`);
}
