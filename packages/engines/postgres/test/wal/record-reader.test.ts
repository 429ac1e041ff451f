import { describe, expect, it } from "vitest";
import { WalRecordReader } from "../../src/wal/record-reader.ts";

const [pageBytes, segmentBytes] = [8192, 2 ** 20];
const [transactions, other] = [1, 10];

interface Page {
  readonly address: number;
  /** Bytes at its beginning that continue a record. */
  readonly continued?: number;
  readonly isCrashed?: boolean;
  readonly records?: readonly Buffer[];
}

/** A page as a server of 15 writes it: after its header, records at multiples of 8. */
function page({ address, continued = 0, isCrashed = false, records = [] }: Page): Buffer {
  const bytes = Buffer.alloc(pageBytes);
  const isFirst = address % segmentBytes === 0;
  bytes.writeUInt16LE(0xd110, 0);
  bytes.writeUInt16LE((continued > 0 ? 1 : 0) | (isFirst ? 2 : 0) | (isCrashed ? 8 : 0), 2);
  bytes.writeUInt32LE(1, 4);
  bytes.writeBigUInt64LE(BigInt(address), 8);
  bytes.writeUInt32LE(continued, 16);
  if (isFirst) {
    bytes.writeBigUInt64LE(42n, 24);
    bytes.writeUInt32LE(segmentBytes, 32);
    bytes.writeUInt32LE(pageBytes, 36);
  }
  let at = isFirst ? 40 : 24;
  for (const part of records) {
    part.copy(bytes, at);
    at = Math.ceil((at + part.length) / 8) * 8;
  }
  return bytes;
}

function record(length: number, { previous, manager = other }: { previous: number; manager?: number }): Buffer {
  const bytes = Buffer.alloc(length, 0x78);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(7, 4);
  bytes.writeBigUInt64LE(BigInt(previous), 8);
  bytes.writeUInt8(0, 16);
  bytes.writeUInt8(manager, 17);
  return bytes;
}

const start = 3 * segmentBytes;
const second = start + pageBytes;

function read(...pages: readonly Buffer[]) {
  const reader = new WalRecordReader((manager) => manager === transactions);
  const found = [...reader.read(Buffer.concat(pages))];
  return { found, isOver: reader.isOver, positions: found.map(({ position }) => Number(position)) };
}

describe("records of the WAL", () => {
  it("are whole across pages, and only those that are wanted are held", () => {
    const long = record(9000, { previous: start + 40, manager: transactions });
    const fits = pageBytes - 40 - 32;
    const pages = [
      page({ address: start, records: [record(32, { previous: 0 }), long.subarray(0, fits)] }),
      page({
        address: second,
        continued: 9000 - fits,
        records: [long.subarray(fits), record(24, { previous: start + 72 })],
      }),
    ];
    const { found, positions } = read(...pages);
    expect(positions).toEqual([start + 40, start + 72, second + 24 + 880]);
    expect(found.map(({ bytes }) => bytes)).toEqual([null, long, null]);
    expect(found[1]).toMatchObject({ transaction: 7, end: BigInt(second + 24 + 880) });
  });

  it("that a crashed server left half are passed over, as it went on after them", () => {
    const half = record(9000, { previous: start + 40 }).subarray(0, pageBytes - 40 - 32);
    const pages = [
      page({ address: start, records: [record(32, { previous: 0 }), half] }),
      page({ address: second, isCrashed: true, records: [record(40, { previous: start + 40 })] }),
    ];
    expect(read(...pages)).toMatchObject({ positions: [start + 40, second + 24], isOver: true });
  });

  it("end where a page is older than its place, or a record does not follow the one before", () => {
    const first = page({
      address: start,
      records: [record(32, { previous: 0 }), record(8120, { previous: start + 40 })],
    });
    expect(read(first, page({ address: second - segmentBytes, records: [record(40, { previous: 0 })] }))).toMatchObject(
      {
        positions: [start + 40, start + 72],
        isOver: true,
      },
    );
    expect(read(first, page({ address: second, records: [record(40, { previous: 1 })] }))).toMatchObject({
      positions: [start + 40, start + 72],
      isOver: true,
    });
  });

  it("begin after what continues from the segment before", () => {
    const pages = [
      page({ address: start, continued: 100, records: [Buffer.alloc(100, 1), record(24, { previous: 5 })] }),
    ];
    expect(read(...pages).positions).toEqual([start + 40 + 104]);
  });
});
