import { open } from "node:fs/promises";
import { type ArtifactSource, DbsaveError, type Manifest, nodeFs, writeFile } from "@dbsave/core";
import { copyName } from "./backup-copy.ts";
import { sqlName } from "./backup-sql.ts";
import { checkSize } from "./file/header.ts";
import { readStart } from "./file/read-start.ts";
import { runJob } from "./worker/run-job.ts";

/**
 * Makes the database of a backup as the new file `path`, which only this user can read, and returns its journal mode, which
 * is that of the source. The stream must end well and the file must be as long as it says: SOURCE_INVALID, or the
 * stream's own error. On failure a part of it may be left at `path`.
 */
export async function materialise(source: ArtifactSource, path: string, signal: AbortSignal): Promise<string> {
  const { manifest } = source;
  const place = { path, busyTimeoutMs: 0 };
  const [artifact] = manifest.artifacts;
  if (artifact?.name === copyName) {
    await writeFile(nodeFs, path, await source.open(copyName), { signal });
    await checkFileSize(path);
  } else if (artifact?.name === sqlName) {
    await (await nodeFs.createFile(path, 0o600)).close();
    const body = await source.open(sqlName);
    try {
      await runJob("loadSql", place, { signal, feed: body[Symbol.asyncIterator]() });
    } finally {
      body.destroy();
    }
  } else {
    throw new DbsaveError("SOURCE_INVALID", `sqlite: not a backup of this engine: ${manifest.id}`);
  }
  const journalMode = journalModeOf(manifest);
  if (journalMode === "wal" && manifest.method !== "online") await runJob("useWal", place, { signal });
  return journalMode;
}

async function checkFileSize(path: string): Promise<void> {
  await using file = await open(path);
  const { header, sizeBytes } = await readStart(file);
  checkSize(header, sizeBytes, "the artifact");
}

function journalModeOf({ details }: Manifest): string {
  return details["journalMode"] === "wal" ? "wal" : "delete";
}
