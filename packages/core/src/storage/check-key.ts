import { DbsaveError } from "../errors/dbsave-error.ts";

const maxKeyBytes = 1024;
const maxSegmentBytes = 255;
/** Storages keep what is not yet committed there. */
const reserved = "tmp";

/**
 * KEY_INVALID unless `key` means the same one object in every storage and cannot leave the repository: relative, `/`
 * separated, no empty, `.` or `..` segment, no control character or backslash, well-formed Unicode, a segment at most
 * 255 bytes and the whole at most 1,024 bytes of UTF-8, not below `tmp`.
 */
export function checkKey(key: string): void {
  const fault = keyFault(key);
  if (fault !== undefined) {
    throw new DbsaveError("KEY_INVALID", `storage: ${fault}: ${JSON.stringify(key.slice(0, maxKeyBytes))}`);
  }
}

/** KEY_INVALID for a prefix that no key can have. The empty prefix means everything. */
export function checkPrefix(prefix: string): void {
  const end = prefix.lastIndexOf("/");
  if (end !== -1) checkKey(prefix.slice(0, end));
}

/** The order in which `list` gives keys: by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function keyFault(key: string): string | undefined {
  if (key === "") return "a key is empty";
  if (!key.isWellFormed()) return "a key is not well-formed Unicode";
  if (/[\p{Cc}\\]/u.test(key)) return "a key holds a control character or a backslash";
  if (Buffer.byteLength(key) > maxKeyBytes) return `a key is longer than ${maxKeyBytes} bytes`;
  const segments = key.split("/");
  if (segments[0] === reserved) return `keys below ${reserved} are reserved`;
  for (const segment of segments) {
    if (segment === "") return "a key is absolute or has an empty segment";
    if (segment === "." || segment === "..") return "a key would leave its place";
    if (Buffer.byteLength(segment) > maxSegmentBytes) return `a key's segment is longer than ${maxSegmentBytes} bytes`;
  }
  return undefined;
}
