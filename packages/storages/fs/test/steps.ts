import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { ObjectInfo, Storage } from "@dbsave/core";

/** Never fires. */
export const { signal } = new AbortController();

export async function put(
  storage: Storage,
  key: string,
  content: string,
  ifExists: "fail" | "replace" = "fail",
): Promise<ObjectInfo> {
  return await storage.put(key, Readable.from([Buffer.from(content)]), { signal, ifExists });
}

export async function read(storage: Storage, key: string): Promise<string> {
  return await text(await storage.get(key, { signal }));
}

export async function keysOf(storage: Storage, prefix = ""): Promise<string[]> {
  return await Array.fromAsync(storage.list(prefix, signal), ({ key }) => key);
}

/** Removes whatever the rules allow, as if it were next year. */
export async function sweepAll(storage: Storage): Promise<number | undefined> {
  return await storage.sweep?.({ signal, now: new Date(Date.now() + 365 * 86_400_000), olderThanMs: 0 });
}
