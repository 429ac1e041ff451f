import { type ArtifactSource, type Recovery, type RestoreEstimate, storedBytes } from "@dbsave/core";
import { segmentAt } from "../../wal/segment.ts";
import { heldSegment } from "../../wal/wal-file.ts";
import { physicalContentsOf } from "../contents.ts";
import { changedFileOf } from "../incremental/changed-files.ts";
import { linksOf } from "../incremental/links.ts";
import type { ManifestFile } from "../manifest/backup-manifest.ts";
import { readManifest } from "../manifest/read-manifest.ts";

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
 * What a restore needs while it works: of a chain all that a backup has, together with what is gone since the one below it and is removed
 * after. A file of which changes are stored counts as it was. Reads the server's manifests; of a chain it holds one entry for each file.
 * SOURCE_INVALID as `linksOf`.
 */
export async function restoreSizes(
  source: ArtifactSource,
  recovery: Recovery | undefined,
  signal: AbortSignal,
): Promise<RestoreSizes> {
  const { start, stop, walSegmentBytes } = physicalContentsOf(source.manifest);
  const own = Number(segmentAt(stop - 1n, walSegmentBytes) - segmentAt(start, walSegmentBytes)) + 1;
  const archived = recovery?.route.files.filter(({ name }) => heldSegment(name) !== null).length ?? 0;
  const wal = archived * walSegmentBytes;
  let below = new Map<string, number>();
  let most = none;
  for (const link of linksOf(source)) {
    const files = new Map<string, number>();
    const all = new Sums();
    const count = (path: string, bytes: number): void => {
      all.add(path, bytes);
      below.delete(path);
      if (link !== source) files.set(path, bytes);
    };
    await readManifest(link, (file) => count(...asWritten(link, file, below)), signal);
    for (const [path, bytes] of below) all.add(path, bytes);
    most = larger(most, all);
    below = files;
  }
  return { ...most, directory: most.directory + own * walSegmentBytes + wal, wal };
}

/** Path and size of a file when `link` is written upon what is `below`. */
function asWritten(
  { manifest }: ArtifactSource,
  { path, size }: ManifestFile,
  below: ReadonlyMap<string, number>,
): readonly [path: string, bytes: number] {
  const changed = manifest.kind === "full" ? null : changedFileOf(path);
  return changed === null ? [path, size] : [changed, Math.max(size, below.get(changed) ?? 0)];
}

class Sums implements RestoreSizes {
  readonly tablespaces = new Map<number, number>();
  readonly wal = 0;
  directory = 0;

  add(path: string, bytes: number): void {
    const [, oid] = /^pg_tblspc\/(\d+)\//.exec(path) ?? [];
    if (oid === undefined) this.directory += bytes;
    else this.tablespaces.set(Number(oid), (this.tablespaces.get(Number(oid)) ?? 0) + bytes);
  }
}

function larger(one: RestoreSizes, other: RestoreSizes): RestoreSizes {
  const tablespaces = new Map(one.tablespaces);
  for (const [oid, bytes] of other.tablespaces) tablespaces.set(oid, Math.max(bytes, tablespaces.get(oid) ?? 0));
  return { directory: Math.max(one.directory, other.directory), tablespaces, wal: 0 };
}

/** Of a measured rate on a small machine. */
const replayedPerSecond = 50e6;

/**
 * What is stored is what is read. The time is rough: to take a backup moved the same bytes the other way, through the same storage; then the
 * server replays the WAL.
 */
export function estimateRestore(
  source: ArtifactSource,
  recovery: Recovery | undefined,
  { directory, tablespaces, wal }: RestoreSizes,
): RestoreEstimate {
  const chain = linksOf(source).map(({ manifest }) => manifest);
  const log = recovery?.route.files.map((file) => file.storedBytes) ?? [];
  const takenMs = sum(
    chain.map(({ startedAt, finishedAt }) => Math.max(0, finishedAt.getTime() - startedAt.getTime())),
  );
  const seconds = Math.ceil(takenMs / 1000 + wal / replayedPerSecond);
  return {
    storedBytes: sum([...chain.map(storedBytes), ...log]),
    writtenBytes: directory + sum([...tablespaces.values()]),
    seconds,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

const none: RestoreSizes = { directory: 0, tablespaces: new Map(), wal: 0 };
