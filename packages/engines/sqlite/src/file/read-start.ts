import type { FileHandle } from "node:fs/promises";
import { headerBytes } from "./header.ts";

/** The header and the size of an open file. */
export async function readStart(file: FileHandle): Promise<{ readonly header: Buffer; readonly sizeBytes: number }> {
  const header = Buffer.alloc(headerBytes);
  const { bytesRead } = await file.read(header, 0, headerBytes, 0);
  return { header: header.subarray(0, bytesRead), sizeBytes: (await file.stat()).size };
}
