import { Readable } from "node:stream";
import type { ToolRunner } from "@dbsave/core";
import { discard, feedWhole } from "../../tools/feed-whole.ts";

/** Where a server will be: what its programs see is not what this process sees. */
export interface Inside {
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
}

/** Replaces a small file. */
export async function writeInside({ tools, signal }: Inside, path: string, contents: string | Buffer): Promise<void> {
  await feedWhole(tools, ["tee", path], { signal }, Readable.from([Buffer.from(contents)]), discard);
}
