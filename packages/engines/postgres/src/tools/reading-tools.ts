import type { Manifest, RunContext, ToolRunner } from "@dbsave/core";
import { imageOf } from "../backup-image.ts";
import type { ParsedOptions } from "../options.ts";

/**
 * Calls `work` with the programs that can read a backup. One that was taken from a container is read by those of the same
 * image, in a container of their own: the server may be gone, and this machine may have none.
 */
export async function withReadingTools<T>(
  options: ParsedOptions,
  manifest: Manifest,
  ctx: RunContext,
  work: (tools: ToolRunner) => Promise<T>,
): Promise<T> {
  const { image } = imageOf(manifest);
  if (image === undefined) return await work(options.tools ?? ctx.tools);
  await using place = await (options.servers ?? ctx.servers).start(
    async () => ({ tool: "sleep", args: ["1000000000"], ready: async () => true }),
    { name: `tools of ${image.name}`, signal: ctx.signal, image },
  );
  return await work(place.tools);
}
