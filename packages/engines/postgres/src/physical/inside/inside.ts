import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ToolRunner } from "@dbsave/core";
import { discard, feedWhole } from "../../tools/feed-whole.ts";

/** Where a server will be: what its programs see is not what this process sees. */
export interface Inside {
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
}

export async function readInside({ tools, signal }: Inside, path: string): Promise<Buffer> {
  const { stdout, done } = tools.run("cat", [path], { signal });
  const [bytes] = await Promise.all([buffer(stdout), done]);
  return bytes;
}

/** Replaces a small file. */
export async function writeInside({ tools, signal }: Inside, path: string, contents: string | Buffer): Promise<void> {
  await feedWhole(tools, ["tee", path], { signal }, Readable.from([Buffer.from(contents)]), discard);
}
