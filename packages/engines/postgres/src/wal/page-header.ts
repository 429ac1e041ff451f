import { DbsaveError } from "@dbsave/core";
import { formatLsn } from "./lsn.ts";
import { parseSegmentName, startOf } from "./segment.ts";

/** So many bytes of a segment's beginning tell where it belongs. */
export const pageHeaderBytes = 40;

/** What the beginning of a segment says of it. */
export interface PageHeader {
  /** Null for a version that is newer than this program. */
  readonly major: number | null;
  readonly systemIdentifier: string;
  readonly segmentBytes: number;
  readonly pageBytes: number;
  /** Of the page: of a segment that begins on one timeline and ends on the next, the first. */
  readonly timeline: number;
  /** Where in the WAL the segment begins. */
  readonly position: bigint;
}

/** The magic number of WAL per major version. */
const majors: ReadonlyMap<number, number> = new Map([
  [0xd106, 13],
  [0xd10d, 14],
  [0xd110, 15],
  [0xd113, 16],
  [0xd116, 17],
  [0xd118, 18],
]);
const longHeader = 0x0002;
const megabyte = 2 ** 20;

/**
 * Of the first bytes of a segment. SOURCE_INVALID when they are not the beginning of one: too few, zeros, anything else;
 * UNSUPPORTED for one of a machine with the other byte order.
 */
export function readPageHeader(start: Buffer): PageHeader {
  if (start.length < pageHeaderBytes) throw invalid(`${start.length} bytes are too few`);
  const magic = start.readUInt16LE(0);
  if (magic >> 8 !== 0xd1) {
    if (start[0] === 0xd1 && majors.has(start.readUInt16BE(0)))
      throw new DbsaveError("UNSUPPORTED", "postgres: WAL of a big-endian machine");
    throw invalid(`it begins with ${start.toString("hex", 0, 2)}`);
  }
  const segmentBytes = start.readUInt32LE(32);
  if ((start.readUInt16LE(2) & longHeader) === 0) throw invalid("its first page is not that of a segment");
  if (!isSegmentSize(segmentBytes)) throw invalid(`segments of ${segmentBytes} bytes do not exist`);
  return {
    major: majors.get(magic) ?? null,
    timeline: start.readUInt32LE(4),
    position: start.readBigUInt64LE(8),
    systemIdentifier: start.readBigUInt64LE(24).toString(),
    segmentBytes,
    pageBytes: start.readUInt32LE(36),
  };
}

/**
 * SOURCE_INVALID when a whole segment of this name and length, or the part of it that `.partial` holds, cannot begin like
 * this: the file of another segment, one that the server made ready for later use, or one that is cut.
 */
export function checkSegment(name: string, bytes: number, header: PageHeader): void {
  const { segmentBytes, position, timeline } = header;
  const segment = parseSegmentName(name.slice(0, 24), segmentBytes);
  const problem =
    segment === null || startOf(segment.number, segmentBytes) !== position
      ? `it holds the WAL from ${formatLsn(position)} on`
      : timeline > segment.timeline
        ? `it begins on the later timeline ${timeline}`
        : bytes === segmentBytes || (bytes < segmentBytes && name.endsWith(".partial"))
          ? null
          : `it has ${bytes} bytes, not ${segmentBytes}`;
  if (problem !== null)
    throw new DbsaveError("SOURCE_INVALID", `postgres: not what its name says: ${name}: ${problem}`);
}

function isSegmentSize(bytes: number): boolean {
  return bytes >= megabyte && bytes <= 1024 * megabyte && (bytes & (bytes - 1)) === 0;
}

function invalid(why: string): DbsaveError {
  return new DbsaveError("SOURCE_INVALID", `postgres: not the beginning of a WAL segment: ${why}`);
}
