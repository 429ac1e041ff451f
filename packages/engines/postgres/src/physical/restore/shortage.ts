import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Finding, formatBytes, systemCode } from "@dbsave/core";
import { placeAt, type RestorePlaces } from "./places.ts";
import type { RestoreSizes } from "./sizes.ts";

/** NO_SPACE for each file system that cannot hold what goes onto it. */
export async function findShortage(
  { directory, tablespaces }: RestorePlaces,
  sizes: RestoreSizes,
): Promise<readonly Finding[]> {
  const needs = [
    [directory, sizes.directory] as const,
    ...[...tablespaces].map(([oid, path]) => [path, sizes.tablespaces.get(oid) ?? 0] as const),
  ];
  const disks = new Map<string, { readonly free: number; need: number; readonly paths: string[] }>();
  for (const [path, need] of needs) {
    const { id, free } = await diskOf((await placeAt(path)) === "empty" ? path : dirname(path));
    const disk = disks.get(id) ?? { free, need: 0, paths: [] };
    disks.set(id, { ...disk, need: disk.need + need, paths: [...disk.paths, path] });
  }
  return [...disks.values()]
    .filter(({ free, need }) => need > free)
    .map(({ free, need, paths }) => ({
      severity: "error",
      code: "NO_SPACE",
      object: paths.join(", "),
      message: `${formatBytes(need)} are needed, ${formatBytes(free)} are free`,
      fix: "Free space, or restore into another place.",
    }));
}

/** Of the nearest directory that is there. */
async function diskOf(path: string): Promise<{ readonly id: string; readonly free: number }> {
  try {
    const { bavail, bsize } = await statfs(path);
    const { dev } = await stat(path);
    return { id: String(dev), free: bavail * bsize };
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || path === dirname(path)) throw error;
    return await diskOf(dirname(path));
  }
}
