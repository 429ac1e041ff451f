import { DbsaveError } from "@dbsave/core";
import { hasMagic } from "./magic.ts";

export const headerBytes = 100;

/** What the first 100 bytes of a database file say (https://www.sqlite.org/fileformat.html, section 1.3). */
interface FileHeader {
  readonly pageSize: number;
  /** Null when the file was last changed by a SQLite older than 3.7.0, which did not keep it. */
  readonly pageCount: number | null;
  readonly walMode: boolean;
}

/** SOURCE_INVALID when `bytes` do not begin a database. */
function readHeader(bytes: Buffer, what: string): FileHeader {
  if (bytes.byteLength < headerBytes || !hasMagic(bytes))
    throw new DbsaveError("SOURCE_INVALID", `sqlite: not a database: ${what}`);
  const raw = bytes.readUInt16BE(16);
  const changes = bytes.readUInt32BE(24);
  const countedAt = bytes.readUInt32BE(92);
  return {
    pageSize: raw === 1 ? 65_536 : raw,
    pageCount: changes === countedAt ? bytes.readUInt32BE(28) : null,
    walMode: bytes[18] === 2,
  };
}

/** SOURCE_INVALID unless a file of `sizeBytes` with this header is as long as it says. An empty file is an empty database. */
export function checkSize(header: Buffer, sizeBytes: number, what: string): void {
  if (sizeBytes === 0) return;
  const { pageSize, pageCount } = readHeader(header, what);
  const pages = pageCount ?? Math.ceil(sizeBytes / pageSize);
  if (pages * pageSize === sizeBytes) return;
  throw new DbsaveError(
    "SOURCE_INVALID",
    `sqlite: ${sizeBytes} bytes instead of ${pages} pages of ${pageSize}: ${what}`,
  );
}
