import { isDbsaveError, type RunContext } from "@dbsave/core";
import { withSession } from "./connect.ts";
import type { ParsedOptions } from "./options.ts";

/**
 * Lets the profile go on with what renames have stopped, in every database that has its final name: also after renames that
 * failed, and in a cancelled run. What fails here is said, and undoes nothing.
 */
export async function resume(options: ParsedOptions, places: readonly string[], ctx: RunContext): Promise<void> {
  const { resume: letGoOn } = options.profile;
  if (letGoOn === undefined || options.isIsolated) return;
  for (const into of places) {
    await withSession(options, into, new AbortController().signal, letGoOn).catch((error: unknown) => {
      if (isDbsaveError(error, "SOURCE_NOT_FOUND")) return; // the restore failed, and nothing was there before
      ctx.report({ type: "note", message: `${into}: ${error instanceof Error ? error.message : String(error)}` });
    });
  }
}
