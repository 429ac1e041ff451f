import { DbsaveError, type ExploredItem, type ExploreRequest, type RunContext } from "@dbsave/core";
import type { ParsedOptions } from "./options.ts";
import { runJob } from "./worker/run-job.ts";

/** The tables of the file. */
export async function explore(
  options: ParsedOptions,
  { count, database }: ExploreRequest,
  ctx: RunContext,
): Promise<readonly ExploredItem[]> {
  if (database === undefined) return await runJob("explore", { ...options, count }, ctx);
  throw new DbsaveError(
    "SOURCE_NOT_FOUND",
    `sqlite: a file is one database, and has none called ${database}: ${options.path}`,
  );
}
