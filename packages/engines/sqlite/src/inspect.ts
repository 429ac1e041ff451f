import { join } from "node:path";
import { type ArtifactSource, type Finding, isDbsaveError, type RunContext } from "@dbsave/core";
import { privateDirectory } from "./file/private-directory.ts";
import { materialise } from "./materialise.ts";
import type { FileCheck } from "./worker/results.ts";
import { runJob } from "./worker/run-job.ts";

/**
 * Makes the database in the scratch directory and lets SQLite check all of it, indexes too. Damage is an error.
 * Warnings are what the source itself can hold: rows that point at nothing or break their own schema, since SQLite enforces
 * that only for those who ask or write anew; and tables that cannot be checked, because this SQLite lacks a collation.
 */
export async function inspect(source: ArtifactSource, ctx: RunContext): Promise<readonly Finding[]> {
  const object = source.manifest.artifacts.map(({ name }) => name).join();
  await using directory = await privateDirectory(ctx.scratchDir);
  const path = join(directory.path, "inspected.sqlite");
  try {
    await materialise(source, path, ctx.signal);
    const check = await runJob("checkFile", { path, busyTimeoutMs: 0 }, ctx);
    return [
      ...check.problems.map((message) => ({ severity: "error", code: "SOURCE_INVALID", object, message }) as const),
      ...broken(object, check),
      ...check.unchecked.map(({ table, lack }) => notChecked(table, lack)),
      ...check.orphans.map(({ table, rows }) => orphaned(table, rows)),
    ];
  } catch (error) {
    if (!isDbsaveError(error, "SOURCE_INVALID")) throw error;
    return [{ severity: "error", code: error.code, object, message: error.message }];
  }
}

function broken(object: string, { breaches, finished }: FileCheck): readonly Finding[] {
  const messages = breaches.map(({ line, count }) => `${line}: ${count} times`);
  if (!finished) messages.push("so many values break the schema that SQLite stopped checking there");
  return messages.map((message) => ({ severity: "warning", code: "SOURCE_INVALID", object, message }));
}

function notChecked(table: string, lack: string): Finding {
  const message = `not checked, because this SQLite lacks what it needs: ${lack}`;
  const fix = "Run `pragma integrity_check` on a restored copy with the application's own SQLite.";
  return { severity: "warning", code: "UNSUPPORTED", object: table, message, fix };
}

function orphaned(table: string, rows: number): Finding {
  const message = `${rows} rows of ${table} refer to rows that do not exist`;
  const fix = "pragma foreign_key_check";
  return { severity: "warning", code: "SOURCE_INVALID", object: table, message, fix };
}
