import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Storage } from "../contracts/storage.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";

// A manifest of 100,000 tables is about 15 MB; what is larger than this was not written by dbsave.
const maxDocumentBytes = 64 * 1024 * 1024;

/** The whole text of a small object. OBJECT_NOT_FOUND, or MANIFEST_INVALID when it is too large to be ours. */
export async function readDocument(storage: Storage, key: string, signal: AbortSignal): Promise<string> {
  const { sizeBytes } = await storage.stat(key, signal);
  if (sizeBytes > maxDocumentBytes) {
    throw new DbsaveError(
      "MANIFEST_INVALID",
      `${storage.name}: ${key}: ${sizeBytes} bytes are too many for a document`,
    );
  }
  const bytes = await buffer(await storage.get(key, { signal }));
  return bytes.toString("utf8");
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
