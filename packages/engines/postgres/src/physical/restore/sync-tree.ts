import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@dbsave/core";

const atOnce = 8;

/** Makes all files and directories below `root` durable, `root` included. */
export async function syncTree(root: string, signal: AbortSignal): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await syncTree(join(root, entry.name), signal);
  const files = entries.filter((entry) => entry.isFile()).values();
  const worker = async (): Promise<void> => {
    for (const { name } of files) {
      throwIfAborted(signal, "postgres: restore");
      await syncPath(join(root, name));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker)); // they share one iterator
  await syncPath(root);
}

/** A file's bytes, or a directory's names. */
export async function syncPath(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
