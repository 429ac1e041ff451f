import { DbsaveError } from "@dbsave/core";

export interface TarEntry {
  /** Relative, `/` separated, without `..`; of a directory without the last `/`. */
  readonly path: string;
  readonly type: "file" | "directory";
  /** Bytes that follow; 0 for a directory. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Numbers of the user and the group on the server. */
  readonly uid: number;
  readonly gid: number;
}

export const blockBytes = 512;
const checksumAt = 148;

/**
 * Reads one header block as PostgreSQL writes it (ustar, sizes from 8 GiB and users from 2097152 in base 256); null for a block of zeros.
 * SOURCE_INVALID for damage, and for what a base backup never holds: links, devices, paths that leave the directory.
 */
export function parseTarHeader(block: Buffer): TarEntry | null {
  const sum = numberIn(block, checksumAt, 8);
  if (sum !== sumOf(block)) {
    if (block.every((byte) => byte === 0)) return null;
    throw invalid("a header is damaged");
  }
  const name = [text(block, 345, 155), text(block, 0, 100)].filter((part) => part !== "").join("/");
  const path = safePath(name);
  const type = String.fromCharCode(block[156] ?? 0);
  const rights = { mode: numberIn(block, 100, 8) & 0o777, uid: numberIn(block, 108, 8), gid: numberIn(block, 116, 8) };
  const size = numberIn(block, 124, 12);
  if (![size, rights.uid, rights.gid].every(Number.isSafeInteger))
    throw invalid(`${path}: its size or owner is no number`);
  if (type === "0" || type === "\0") return { path, type: "file", size, ...rights };
  if (type === "5") return { path, type: "directory", size: 0, ...rights };
  throw invalid(`${path}: entries of type ${JSON.stringify(type)} are not expected in a base backup`);
}

/** The checksum counts its own field as spaces. */
function sumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockBytes; at += 1) {
    if (at < checksumAt || at >= checksumAt + 8) sum += block[at] as number;
  }
  return sum;
}

function numberIn(block: Buffer, at: number, length: number): number {
  if (block[at] === 0x80) return Number(`0x${block.toString("hex", at + 1, at + length)}`);
  const digits = block.toString("latin1", at, at + length).replaceAll(/[\0 ]/g, "");
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}

function text(block: Buffer, at: number, length: number): string {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return (end < 0 ? bytes : bytes.subarray(0, end)).toString();
}

function safePath(name: string): string {
  const path = name.replace(/^\.\//, "").replace(/\/$/, "");
  const isSafe = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (isSafe && !path.includes("\u{FFFD}")) return path;
  throw invalid(`the path ${JSON.stringify(name)} is not one of a file inside the directory`);
}

function invalid(why: string): DbsaveError {
  return new DbsaveError("SOURCE_INVALID", `postgres: base backup archive: ${why}`);
}
