import type { ArtifactSource, RunContext } from "@dbsave/core";
import { directoryOf } from "../artifacts.ts";
import type { ArchivedFiles } from "../manifest/archived-files.ts";
import { readArchive } from "../open-archive.ts";
import { TarReader } from "../tar/tar-reader.ts";
import { type KeptFiles, type Ownership, TreeWriter } from "./tree-writer.ts";

export interface Unpacking {
  readonly root: string;
  readonly owner: Ownership;
  readonly kept: KeptFiles;
  /** Learns what was written. */
  readonly archived: ArchivedFiles;
}

/** Writes one archive below an empty directory, not synced, while its files are hashed for `archived`. */
export async function unpack(
  source: ArtifactSource,
  name: string,
  { root, owner, kept, archived }: Unpacking,
  ctx: RunContext,
): Promise<void> {
  const reader = new TarReader();
  const hasher = archived.archive(directoryOf(name));
  const writer = new TreeWriter(root, owner, kept);
  try {
    for await (const chunk of readArchive(source, name, ctx.signal)) {
      for (const event of reader.read(chunk)) {
        hasher.take(event);
        await writer.take(event);
      }
    }
    reader.finish();
  } finally {
    await writer.close();
  }
}
