import { type ArtifactSource, abortStream } from "@dbsave/core";
import { directoryOf, encodingOf } from "../artifacts.ts";
import type { ArchivedFiles } from "../manifest/archived-files.ts";
import { ArchiveThread } from "./archive-thread.ts";
import { type Seen, type ThreadJob, tell } from "./protocol.ts";

/**
 * Reads an archive of a backup to its end, hashing its files for `archived`, and writing them where `how.unpack` says; resolves with the
 * files that were not to be written. Fails as the source does, with SOURCE_INVALID for a damaged archive, and as writing does.
 */
export async function readInThread(
  source: ArtifactSource,
  name: string,
  archived: ArchivedFiles,
  how: Pick<ThreadJob, "unpack" | "format">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer>> {
  const listener = archived.archive(directoryOf(name));
  const kept = new Map<string, Buffer>();
  const onSeen = (seen: Seen): void => {
    tell(listener, seen);
    for (const [path, bytes] of seen.kept) kept.set(path, Buffer.from(bytes));
  };
  const body = abortStream(await source.open(name), signal, `postgres: reading ${name}`);
  await using thread = new ArchiveThread({ name, encoding: encodingOf(name), ...how }, onSeen);
  for await (const chunk of body as AsyncIterable<Buffer>) await thread.take(chunk);
  await thread.finish();
  return kept;
}
