import { Readable } from "node:stream";
import type { Storage } from "../contracts/storage.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";

// A manifest of 100,000 tables is about 15 MB; what is larger than this was not written by dbsave.
const maxDocumentBytes = 64 * 1024 * 1024;

/** The whole text of a small object. OBJECT_NOT_FOUND, or MANIFEST_INVALID when it is too large to be ours. */
export async function readDocument(storage: Storage, key: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of (await storage.get(key, { signal })) as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxDocumentBytes) {
      const limit = `more than the ${maxDocumentBytes} bytes of the largest document`;
      throw new DbsaveError("MANIFEST_INVALID", `${storage.name}: ${key}: ${limit}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Stores a small object, durable on return. */
export async function writeDocument(
  storage: Storage,
  key: string,
  text: string,
  ifExists: "fail" | "replace",
  signal: AbortSignal,
): Promise<void> {
  await storage.put(key, Readable.from([Buffer.from(text)]), { signal, ifExists });
}
