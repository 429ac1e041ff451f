import type { Manifest } from "@dbsave/core";
import { parseLsn } from "../../wal/lsn.ts";
import type { BlockFormat } from "./incremental-file.ts";

/** Of a backup that holds changed blocks; null for a full one. */
export function blockFormatOf({ kind, details }: Manifest): BlockFormat | null {
  if (kind === "full") return null;
  const blockBytes = Number(details["pageBytes"]);
  return {
    blockBytes,
    segmentBlocks: Number(details["relationSegmentBytes"]) / blockBytes,
    checksummedBefore: details["dataChecksums"] === true ? parseLsn(String(details["startLsn"])) : null,
  };
}
