import { Readable } from "node:stream";
import type { ArtifactSource, Recovery, RunContext } from "@dbsave/core";
import { discard, feedWhole } from "../../tools/feed-whole.ts";
import { toolText } from "../../tools/tool-text.ts";
import { heldSegment } from "../../wal/wal-file.ts";
import { physicalContentsOf } from "../contents.ts";
import { followReplaced } from "../recovery/replaced.ts";
import type { RestorePlaces } from "../restore/places.ts";
import { backupLabel, mapTablespaces, signals, tablespaceMap, wholeLabel } from "../restore/recovery-files.ts";
import { type Inside, writeInside } from "./inside.ts";
import { unpackLinksInside } from "./unpack-links-inside.ts";

/**
 * Unpacks a base backup with all it was taken upon, and the archived WAL that a recovery needs, with stock tools where a server will be, as the user of `tools`.
 * Directories may be there, empty. The files are those of the backup but for the places of tablespaces; settings are left to whoever calls. VERIFY_FAILED when
 * an archive is not what its manifest says.
 */
export async function unpackInside(
  inside: Inside,
  places: RestorePlaces,
  source: ArtifactSource,
  recovery: Recovery | undefined,
  ctx: RunContext,
): Promise<void> {
  const { tools, signal } = inside;
  const { directory, tablespaces } = places;
  const label = await unpackLinksInside(inside, places, source);
  await writeInside(inside, `${directory}/${backupLabel}`, wholeLabel(label));
  await toolText(tools, "rm", ["-f", ...signals.map((name) => `${directory}/${name}`)], { signal });
  await writeInside(inside, `${directory}/${tablespaceMap}`, mapTablespaces(tablespaces));
  if (recovery === undefined) return;
  const { walSegmentBytes } = physicalContentsOf(source.manifest);
  await sendWal(inside, `${directory}/pg_wal`, recovery, walSegmentBytes, ctx);
}

/** What is archived replaces what the backup holds of the same segment. The server is told not to archive it again. */
async function sendWal(
  { tools, signal }: Inside,
  directory: string,
  { route, log }: Recovery,
  walSegmentBytes: number,
  ctx: RunContext,
): Promise<void> {
  const archived = followReplaced(log);
  const totalBytes = route.files.filter(({ name }) => heldSegment(name) !== null).length * walSegmentBytes;
  let doneBytes = 0;
  for (const file of route.files) {
    const segment = heldSegment(file.name);
    const into = `of=${directory}/${segment ?? file.name}`;
    await feedWhole(tools, ["dd", into, "bs=1048576"], { signal }, await archived.open(file), discard);
    if (segment !== null) doneBytes += walSegmentBytes;
    ctx.report({ type: "progress", item: "archived WAL", doneBytes, totalBytes });
  }
  const done = route.files.map(({ name }) => `${directory}/archive_status/${heldSegment(name) ?? name}.done\0`);
  if (done.length === 0) return;
  const marks = Readable.from(done.map((path) => Buffer.from(path)));
  await feedWhole(tools, ["xargs", "-0", "touch"], { signal }, marks, discard);
}
