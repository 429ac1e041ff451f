import { join } from "node:path";
import { type ArtifactSource, type Finding, isDbsaveError, type RunContext } from "@dbsave/core";
import { privateDirectory } from "./file/private-directory.ts";
import { materialise } from "./materialise.ts";
import { runJob } from "./worker/run-job.ts";

/**
 * Makes the database in the scratch directory and lets SQLite check all of it, indexes too. Damage is an error. Rows that
 * point at nothing are a warning: SQLite enforces foreign keys only for those who ask, so the source may hold them too.
 */
export async function inspect(source: ArtifactSource, ctx: RunContext): Promise<readonly Finding[]> {
  const object = source.manifest.artifacts.map(({ name }) => name).join();
  await using directory = await privateDirectory(ctx.scratchDir);
  const path = join(directory.path, "inspected.sqlite");
  try {
    await materialise(source, path, ctx.signal);
    const { problems, orphans } = await runJob("checkFile", { path, busyTimeoutMs: 0 }, ctx);
    return [
      ...problems.map((message) => ({ severity: "error", code: "SOURCE_INVALID", object, message }) as const),
      ...orphans.map(({ table, rows }) => orphaned(table, rows)),
    ];
  } catch (error) {
    if (!isDbsaveError(error, "SOURCE_INVALID")) throw error;
    return [{ severity: "error", code: error.code, object, message: error.message }];
  }
}

function orphaned(table: string, rows: number): Finding {
  const message = `${rows} rows of ${table} refer to rows that do not exist`;
  const fix = "pragma foreign_key_check";
  return { severity: "warning", code: "SOURCE_INVALID", object: table, message, fix };
}
