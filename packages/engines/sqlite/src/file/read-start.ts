import type { FsReader } from "@dbsave/core";
import { headerBytes } from "./header.ts";

/** The header and the size of an open file. */
export async function readStart(file: FsReader): Promise<{ readonly header: Buffer; readonly sizeBytes: number }> {
  const header = Buffer.alloc(headerBytes);
  const filled = await file.read(header, 0);
  return { header: header.subarray(0, filled), sizeBytes: (await file.stat()).sizeBytes };
}
