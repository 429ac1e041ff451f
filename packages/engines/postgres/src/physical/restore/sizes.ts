import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type ArtifactSource,
  type Finding,
  formatBytes,
  type Recovery,
  type RestoreEstimate,
  systemCode,
} from "@dbsave/core";
import { segmentAt } from "../../wal/segment.ts";
import { heldSegment } from "../../wal/wal-file.ts";
import { physicalContentsOf } from "../contents.ts";
import type { ManifestFile } from "../manifest/backup-manifest.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import type { RestorePlaces } from "./places.ts";

/** Bytes on disk. */
export interface RestoreSizes {
  /** Without its tablespaces. */
  readonly directory: number;
  /** By the oid of the tablespace. */
  readonly tablespaces: ReadonlyMap<number, number>;
  /** All archived WAL that goes into the directory; counted in it. */
  readonly wal: number;
}

/**
 * What a restore writes at least: of an incremental backup what the full one below it holds. Reads the server's manifest of
 * the backup.
 */
export async function restoreSizes(
  source: ArtifactSource,
  recovery: Recovery | undefined,
  signal: AbortSignal,
): Promise<RestoreSizes> {
  if (source.parent !== undefined) return await restoreSizes(source.parent, recovery, signal);
  const { start, stop, walSegmentBytes } = physicalContentsOf(source.manifest);
  const tablespaces = new Map<number, number>();
  let files = 0;
  const count = ({ path, size }: ManifestFile): void => {
    const [, oid] = /^pg_tblspc\/(\d+)\//.exec(path) ?? [];
    if (oid === undefined) files += size;
    else tablespaces.set(Number(oid), (tablespaces.get(Number(oid)) ?? 0) + size);
  };
  await readManifest(source, count, signal);
  const own = Number(segmentAt(stop - 1n, walSegmentBytes) - segmentAt(start, walSegmentBytes)) + 1;
  const archived = recovery?.route.files.filter(({ name }) => heldSegment(name) !== null).length ?? 0;
  const wal = archived * walSegmentBytes;
  return { directory: files + own * walSegmentBytes + wal, tablespaces, wal };
}

/** NO_SPACE for each file system that certainly cannot hold what goes onto it. */
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
    const { id, free } = await diskOf(dirname(path));
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

/** Of measured rates on a small machine: the disk writes a backup, then the server replays the WAL, which takes longer. */
const [writtenPerSecond, replayedPerSecond] = [200e6, 50e6];

/** What is stored is what is read. The time is rough: nobody knows the disk. */
export function estimateRestore(
  source: ArtifactSource,
  recovery: Recovery | undefined,
  { directory, tablespaces, wal }: RestoreSizes,
): RestoreEstimate {
  const own = source.manifest.artifacts.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const below = source.parent === undefined ? 0 : estimateRestore(source.parent, undefined, none).storedBytes;
  const log = recovery?.route.files.reduce((sum, { storedBytes }) => sum + storedBytes, 0) ?? 0;
  const writtenBytes = [...tablespaces.values()].reduce((sum, bytes) => sum + bytes, directory);
  const seconds = Math.ceil(writtenBytes / writtenPerSecond + wal / replayedPerSecond);
  return { storedBytes: own + below + log, writtenBytes, seconds };
}

const none: RestoreSizes = { directory: 0, tablespaces: new Map(), wal: 0 };

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
