import { DbsaveError } from "@dbsave/core";
import { crc32c } from "./crc32c.ts";

const systemIdentifierAt = 0;
const stateAt = 16;
const checkpointAt = 32;
const timelineAt = 48;
/** Of the server, neither starting nor recovering nor ended. */
const inProduction = 6;
/** Between them the checksum is, by major version. */
const [firstChecksumAt, lastChecksumAt] = [200, 512];
/** No record begins there in any server, but its form is that of a place in the WAL. */
const nowhere = 0xdeadn;

/** Of the server that wrote it. SOURCE_INVALID when it is damaged. */
export function systemIdentifierOf(controlFile: Buffer): string {
  checksumAt(controlFile);
  return controlFile.readBigUInt64LE(systemIdentifierAt).toString();
}

/**
 * The timeline of a server that takes changes; null before its recovery is over, and for a file that `withoutCheckpoint` made and no server has
 * touched. SOURCE_INVALID when it is damaged, or was read while it was written.
 */
export function timelineInProduction(controlFile: Buffer): number | null {
  checksumAt(controlFile);
  const isUntouched = controlFile.readBigUInt64LE(checkpointAt) === nowhere;
  if (isUntouched || controlFile.readInt32LE(stateAt) !== inProduction) return null;
  return controlFile.readUInt32LE(timelineAt);
}

/**
 * The same control file with a checkpoint that is nowhere. A server reads where to begin from `backup_label`, so that one
 * whose label was removed does not start, instead of starting with lost rows. SOURCE_INVALID when it is damaged.
 */
export function withoutCheckpoint(controlFile: Buffer): Buffer {
  const at = checksumAt(controlFile);
  const result = Buffer.from(controlFile);
  result.writeBigUInt64LE(nowhere, checkpointAt);
  result.writeUInt32LE(crc32c(result.subarray(0, at)), at);
  return result;
}

/** It stands behind the last field, whose place differs between majors; only the right place fits. */
function checksumAt(controlFile: Buffer): number {
  for (let at = firstChecksumAt; at < lastChecksumAt && at + 4 <= controlFile.length; at += 4) {
    if (controlFile.readUInt32LE(at) === crc32c(controlFile.subarray(0, at))) return at;
  }
  throw new DbsaveError("SOURCE_INVALID", "postgres: global/pg_control is damaged, or of another byte order");
}
