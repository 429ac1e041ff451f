import { rm } from "node:fs/promises";
import { type ArtifactSource, DbsaveError } from "@dbsave/core";
import { directoryOf } from "../artifacts.ts";
import { compareWithManifest } from "../compare-with-manifest.ts";
import { physicalContentsOf } from "../contents.ts";
import { blockFormatOf } from "../incremental/block-format.ts";
import { type Gone, goneSince } from "../incremental/gone-files.ts";
import { linksOf } from "../incremental/links.ts";
import { ArchivedFiles } from "../manifest/archived-files.ts";
import { readInThread } from "../thread/read-in-thread.ts";
import type { Ownership } from "./ownership.ts";
import { pathIn, rootIn } from "./path-in.ts";
import type { RestorePlaces } from "./places.ts";

export interface LinkUnpacking {
  readonly places: RestorePlaces;
  readonly owner: Ownership;
  /** Paths in the data directory that are handed back, not written. */
  readonly kept: readonly string[];
}

/**
 * Writes a backup into its empty places: the full one that it is made of, then upon it, in place, what each later one holds. Each is compared
 * with the server's manifest of it. Resolves with the files that were not written. CHECKSUM_MISMATCH, SOURCE_INVALID.
 */
export async function unpackLinks(
  source: ArtifactSource,
  how: LinkUnpacking,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer>> {
  let before: ReadonlySet<string> = new Set();
  let kept: ReadonlyMap<string, Buffer> = new Map();
  for (const link of linksOf(source)) {
    const unpacked = await unpackLink(link, how, link === source, signal);
    await remove(goneSince(before, unpacked.paths), how.places);
    before = unpacked.paths;
    kept = unpacked.kept;
  }
  return kept;
}

/** The WAL of all but the last is for nothing. */
async function unpackLink(
  link: ArtifactSource,
  { places, owner, kept }: LinkUnpacking,
  isLast: boolean,
  signal: AbortSignal,
): Promise<{ readonly kept: ReadonlyMap<string, Buffer>; readonly paths: ReadonlySet<string> }> {
  const archived = new ArchivedFiles();
  const format = blockFormatOf(link.manifest);
  const isUpon = format !== null;
  let handed: ReadonlyMap<string, Buffer> = new Map();
  for (const name of physicalContentsOf(link.manifest).archives) {
    const belongs = directoryOf(name);
    const root = rootIn(places, belongs);
    const how = { owner, kept: belongs === "" ? kept : [], isUpon, withoutWal: !isLast };
    // Of a tablespace that is not there any more nothing is written.
    const unpack = root === undefined ? null : { root, ...how };
    handed = await readInThread(link, name, archived, { unpack, format }, signal); // the data directory comes last
  }
  const paths = archived.paths();
  const { problems } = await compareWithManifest(link, archived, signal);
  if (problems.length === 0) return { kept: handed, paths };
  throw new DbsaveError("CHECKSUM_MISMATCH", `postgres: ${link.manifest.id} is not whole: ${problems.join("; ")}`);
}

async function remove({ files, directories }: Gone, places: RestorePlaces): Promise<void> {
  for (const path of [...files, ...directories]) {
    const gone = pathIn(places, path);
    if (gone !== undefined) await rm(gone, { recursive: true, force: true });
  }
}
