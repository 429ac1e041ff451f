import { Readable } from "node:stream";
import { type ArtifactSource, DbsaveError, type Recovery, type RunContext, type ToolRunner } from "@dbsave/core";
import { discard, feedWhole } from "../../tools/feed-whole.ts";
import { toolText } from "../../tools/tool-text.ts";
import { isSegmentName } from "../../wal/segment.ts";
import { archiveOf, directoryOf } from "../artifacts.ts";
import { compareWithManifest } from "../compare-with-manifest.ts";
import { physicalContentsOf } from "../contents.ts";
import { ArchivedFiles, ArchiveHasher } from "../manifest/archived-files.ts";
import { readArchive } from "../open-archive.ts";
import { readAlong } from "../read-along.ts";
import type { RestorePlaces } from "../restore/places.ts";
import { mapTablespaces, signals, tablespaceMap } from "../restore/recovery-files.ts";

/** Where a server will be: what its programs see is not what this process sees. */
export interface Inside {
  readonly tools: ToolRunner;
  readonly signal: AbortSignal;
}

/**
 * Unpacks a base backup, and the archived WAL that a recovery needs, with the stock `tar` where a server will be, as the user of `tools`.
 * Directories may be there, empty. The files are those of the backup but for the places of tablespaces; settings are left to whoever calls. VERIFY_FAILED when
 * an archive is not what its manifest says.
 */
export async function unpackInside(
  inside: Inside,
  { directory, tablespaces }: RestorePlaces,
  source: ArtifactSource,
  recovery: Recovery | undefined,
  ctx: RunContext,
): Promise<void> {
  const { tools, signal } = inside;
  const archived = new ArchivedFiles();
  const unpack = async (name: string, into: string): Promise<void> => {
    await toolText(tools, "mkdir", ["-p", "-m", "700", into], { signal });
    const plain = Readable.from(readArchive(source, name, signal), { objectMode: false });
    const body = readAlong(plain, new ArchiveHasher(archived.archive(directoryOf(name))));
    await feedWhole(tools, ["tar", "-x", "-f", "-", "-C", into], { signal }, body, discard);
  };
  for (const [oid, into] of tablespaces) await unpack(archiveOf(source, oid), into);
  await unpack(archiveOf(source, "base"), directory);
  const { problems } = await compareWithManifest(source, archived, signal);
  if (problems.length > 0)
    throw new DbsaveError("VERIFY_FAILED", `postgres: the backup is not whole: ${problems.join("; ")}`);
  await toolText(tools, "rm", ["-f", ...signals.map((name) => `${directory}/${name}`)], { signal });
  await writeInside(inside, `${directory}/${tablespaceMap}`, mapTablespaces(tablespaces));
  if (recovery === undefined) return;
  const { walSegmentBytes } = physicalContentsOf(source.manifest);
  await sendWal(inside, `${directory}/pg_wal`, recovery, walSegmentBytes, ctx);
}

/** What is archived replaces what the backup holds of the same segment. */
async function sendWal(
  { tools, signal }: Inside,
  directory: string,
  { route, log }: Recovery,
  walSegmentBytes: number,
  ctx: RunContext,
): Promise<void> {
  const totalBytes = route.files.filter(({ name }) => isSegmentName(name)).length * walSegmentBytes;
  let doneBytes = 0;
  for (const file of route.files) {
    const into = `of=${directory}/${file.name}`;
    await feedWhole(tools, ["dd", into, "bs=1048576"], { signal }, await log.open(file), discard);
    if (isSegmentName(file.name)) doneBytes += walSegmentBytes;
    ctx.report({ type: "progress", item: "archived WAL", doneBytes, totalBytes });
  }
}

/** Replaces a small file. */
export async function writeInside({ tools, signal }: Inside, path: string, contents: string | Buffer): Promise<void> {
  await feedWhole(tools, ["tee", path], { signal }, Readable.from([Buffer.from(contents)]), discard);
}
