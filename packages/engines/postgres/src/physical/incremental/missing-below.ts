import type { ArtifactSource } from "@dbsave/core";
import { readManifest } from "../manifest/read-manifest.ts";
import { changedFileOf } from "./changed-files.ts";
import { linksOf } from "./links.ts";

const shownFiles = 20;

/**
 * What an incremental backup changes that the backup it was taken upon does not have; nothing for a full one. Reads the
 * server's manifests of both. SOURCE_INVALID as `linksOf`.
 */
export async function missingBelow(source: ArtifactSource, signal: AbortSignal): Promise<readonly string[]> {
  const [below] = linksOf(source).slice(-2, -1);
  if (below === undefined) return [];
  const wanted = new Set<string>();
  await readManifest(source, ({ path }) => wanted.add(changedFileOf(path) ?? ""), signal);
  await readManifest(below, ({ path }) => wanted.delete(changedFileOf(path) ?? path), signal);
  wanted.delete("");
  return [...wanted].slice(0, shownFiles).map((path) => `it has no ${path}, of which changes are stored`);
}
