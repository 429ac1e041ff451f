import { type ArtifactSource, DbsaveError, formatBytes, type Recovery, type RunContext } from "@dbsave/core";
import { toolText } from "../../tools/tool-text.ts";
import type { Inside } from "../inside/inside.ts";
import { unpackInside } from "../inside/unpack-inside.ts";
import { restoreSizes } from "../restore/sizes.ts";
import { makeStartable } from "./make-startable.ts";

/** Without it no server starts. */
const lastEntry = "global";

/**
 * Makes an empty directory of a volume a data directory that recovers as a restore does. It is written into a directory below, and moved up when it is
 * whole: a server that is started on a part of it finds no data directory. Durable on return. NO_SPACE before anything is written, and the codes of unpacking.
 */
export async function fillVolume(
  inside: Inside,
  directory: string,
  source: ArtifactSource,
  recovery: Recovery | undefined,
  ctx: RunContext,
): Promise<void> {
  const run = async (tool: string, ...args: string[]): Promise<string> =>
    await toolText(inside.tools, tool, args, { signal: inside.signal });
  const need = (await restoreSizes(source, recovery, inside.signal)).directory;
  const free = freeOf(await run("df", "-P", "-k", directory));
  if (need > free)
    throw new DbsaveError("NO_SPACE", `postgres: ${formatBytes(need)} are needed, ${formatBytes(free)} are free`, {
      hint: "Free space on the disk where the engine keeps its volumes.",
    });
  const unfinished = `${directory}/dbsave-unfinished`;
  await unpackInside(inside, { directory: unfinished, tablespaces: new Map() }, source, recovery, ctx);
  await makeStartable(inside, unfinished, source, recovery);
  const others = ["-mindepth", "1", "-maxdepth", "1", "!", "-name", lastEntry];
  await run("find", unfinished, ...others, "-exec", "mv", "{}", directory, ";");
  await run("mv", `${unfinished}/${lastEntry}`, directory);
  await run("rmdir", unfinished);
  await run("sync", "-f", directory);
}

/** Of what `df -P -k` prints: a line of titles, then one whose fourth column is it. */
function freeOf(output: string): number {
  return Number(output.split("\n")[1]?.trim().split(/\s+/)[3]) * 1024;
}
