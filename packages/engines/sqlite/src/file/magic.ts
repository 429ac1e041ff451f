import { closeSync, openSync, readSync } from "node:fs";

const magic = Buffer.from("SQLite format 3\0");

/** Whether `bytes` begin like a database file. Encrypted ones do not, and an empty database is an empty file. */
export function hasMagic(bytes: Uint8Array): boolean {
  return magic.equals(bytes.subarray(0, magic.byteLength));
}

/** The same for a file, of which it reads 16 bytes. */
export function fileHasMagic(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(magic.byteLength);
    return readSync(file, start, 0, start.byteLength, 0) === start.byteLength && hasMagic(start);
  } finally {
    closeSync(file);
  }
}
