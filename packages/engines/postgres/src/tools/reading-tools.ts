import type { Manifest, RunContext, ToolRunner } from "@dbsave/core";
import { contentsOf } from "../backup-contents.ts";
import { imageOf } from "../backup-image.ts";
import type { ParsedOptions } from "../options.ts";
import { type FoundTool, findTool } from "./find-tool.ts";

/**
 * Calls `work` with a pg_restore that can read the backup. One that was taken from a container is read by the programs of the
 * same image, in a container of their own: the server may be gone, and this machine may have none.
 */
export async function withPgRestore<T>(
  { tools, servers, binDirectory }: ParsedOptions,
  manifest: Manifest,
  ctx: RunContext,
  work: (pgRestore: FoundTool, tools: ToolRunner) => Promise<T>,
): Promise<T> {
  const { signal } = ctx;
  const { clientMajor } = contentsOf(manifest);
  const find = (among: ToolRunner): Promise<FoundTool> =>
    findTool("pg_restore", clientMajor, { tools: among, binDirectory, signal });
  const { image } = imageOf(manifest);
  if (image === undefined) {
    const here = tools ?? ctx.tools;
    return await work(await find(here), here);
  }
  const found = Promise.withResolvers<FoundTool>();
  await using place = await (servers ?? ctx.servers).start(
    async (inside) => {
      found.resolve(await find(inside.tools));
      return { tool: "sleep", args: ["1000000000"], ready: async () => true };
    },
    { name: `pg_restore of ${image.name}`, signal, image },
  );
  return await work(await found.promise, place.tools);
}
