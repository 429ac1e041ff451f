import { readdir, readlink } from "node:fs/promises";

/** How many files below `path` this process has open. Linux only. */
export async function openFiles(path: string): Promise<number> {
  const descriptors = await readdir("/proc/self/fd");
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return targets.filter((target) => target.startsWith(path)).length;
}
