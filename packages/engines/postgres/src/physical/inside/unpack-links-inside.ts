import { Readable } from "node:stream";
import { type ArtifactSource, DbsaveError } from "@dbsave/core";
import { discard, feedWhole } from "../../tools/feed-whole.ts";
import { toolText } from "../../tools/tool-text.ts";
import { directoryOf } from "../artifacts.ts";
import { compareWithManifest } from "../compare-with-manifest.ts";
import { physicalContentsOf } from "../contents.ts";
import { blockFormatOf } from "../incremental/block-format.ts";
import { ChangedFiles, type ChangeEvent } from "../incremental/changed-files.ts";
import { type Gone, goneSince } from "../incremental/gone-files.ts";
import type { BlockFormat } from "../incremental/incremental-file.ts";
import { linksOf } from "../incremental/links.ts";
import { ArchivedFiles, ArchiveHasher } from "../manifest/archived-files.ts";
import { readArchive } from "../open-archive.ts";
import { pathIn, rootIn } from "../restore/path-in.ts";
import type { RestorePlaces } from "../restore/places.ts";
import { backupLabel } from "../restore/recovery-files.ts";
import { TarReader } from "../tar/tar-reader.ts";
import { applyChanges } from "./apply-changes.ts";
import type { Inside } from "./inside.ts";

/**
 * Unpacks a backup where only tools can write: the full one that it is made of, then upon it, in place, each later one. Resolves with its
 * `backup_label`. VERIFY_FAILED when an archive is not what the server's manifest says, TOOL_FAILED, SOURCE_INVALID.
 */
export async function unpackLinksInside(
  inside: Inside,
  places: RestorePlaces,
  source: ArtifactSource,
): Promise<string> {
  const { tools, signal } = inside;
  for (const root of [...places.tablespaces.values(), places.directory])
    await toolText(tools, "mkdir", ["-p", "-m", "700", root], { signal });
  let before: ReadonlySet<string> = new Set();
  let label = "";
  for (const link of linksOf(source)) {
    const archived = new ArchivedFiles();
    for (const name of physicalContentsOf(link.manifest).archives) {
      label = await unpackArchive(inside, places, { link, name, archived }); // the data directory comes last
    }
    const paths = archived.paths();
    const { problems } = await compareWithManifest(link, archived, signal);
    if (problems.length > 0)
      throw new DbsaveError("VERIFY_FAILED", `postgres: ${link.manifest.id} is not whole: ${problems.join("; ")}`);
    await remove(inside, places, goneSince(before, paths));
    before = paths;
  }
  return label;
}

/** Resolves with the `backup_label` in it, empty when there is none. */
async function unpackArchive(
  { tools, signal }: Inside,
  places: RestorePlaces,
  { link, name, archived }: { readonly link: ArtifactSource; readonly name: string; readonly archived: ArchivedFiles },
): Promise<string> {
  const label: Buffer[] = [];
  const format = blockFormatOf(link.manifest);
  const events = changesIn(link, name, format, { archived, label }, signal);
  const directory = rootIn(places, directoryOf(name));
  const blockBytes = format?.blockBytes ?? 0;
  if (directory !== undefined) await applyChanges(events, { tools, directory, blockBytes }, signal);
  else for await (const event of events) void event; // of a tablespace that is gone: to be compared only
  return Buffer.concat(label).toString();
}

async function* changesIn(
  link: ArtifactSource,
  name: string,
  format: BlockFormat | null,
  { archived, label }: { readonly archived: ArchivedFiles; readonly label: Buffer[] },
  signal: AbortSignal,
): AsyncGenerator<ChangeEvent, void, undefined> {
  const reader = new TarReader();
  const hasher = new ArchiveHasher(archived.archive(directoryOf(name)));
  const changes = format && new ChangedFiles(format);
  let isLabel = false;
  for await (const chunk of readArchive(link, name, signal)) {
    for (const event of reader.read(chunk)) {
      hasher.take(event);
      if (event.kind === "entry") isLabel = event.entry.path === backupLabel;
      else if (event.kind === "data" && isLabel) label.push(event.bytes);
      if (changes === null) yield event;
      else yield* changes.take(event);
    }
  }
  reader.finish();
}

async function remove({ tools, signal }: Inside, places: RestorePlaces, { files, directories }: Gone): Promise<void> {
  const gone = [...files, ...directories].flatMap((path) => pathIn(places, path) ?? []);
  if (gone.length === 0) return;
  const names = Readable.from(gone.map((path) => Buffer.from(`${path}\0`)));
  await feedWhole(tools, ["xargs", "-0", "rm", "-rf"], { signal }, names, discard);
}
