import { DbsaveError, isDbsaveError } from "@dbsave/core";
import type { Session } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import type { Destination } from "../plan-restore.ts";
import { withMaintenance } from "./choose.ts";
import { dropDatabase, renameDatabase } from "./create.ts";
import { freeAsideName } from "./names.ts";

/** A database that is whole, under a temporary name. */
export interface Filled {
  readonly destination: Destination;
  readonly temporary: string;
}

interface Moved {
  readonly from: string;
  readonly to: string;
}

/**
 * Gives each its name. What was there moves aside first; when anything fails, all renames are undone in reverse. Not cut
 * short by a cancellation: it takes milliseconds, and waits at most five seconds for sessions that are just ending. Resolves
 * with the new names of what was not empty.
 */
export async function swapIn(options: ParsedOptions, filled: readonly Filled[], now: Date): Promise<readonly string[]> {
  const { signal } = new AbortController();
  const moved: Moved[] = [];
  const kept: string[] = [];
  const emptied: string[] = [];
  const inServer = <T>(name: string, work: (session: Session) => Promise<T>): Promise<T> =>
    withMaintenance(options, name, signal, work);
  const rename = (from: string, to: string, avoid: string): Promise<void> =>
    inServer(avoid, async (session) => {
      await renameDatabase(session, from, to);
      moved.push({ from, to });
    });
  try {
    for (const { destination, temporary } of filled) {
      const { into, place } = destination;
      if (place !== "free") {
        const aside = await inServer(into, (session) => freeAsideName(session, into, now));
        await rename(into, aside, into);
        (place === "empty" ? emptied : kept).push(aside);
      }
      await rename(temporary, into, into);
    }
  } catch (error) {
    for (const { from, to } of moved.toReversed()) await inServer(from, (session) => renameDatabase(session, to, from));
    throw busy(error);
  }
  for (const name of emptied) await inServer(name, (session) => dropDatabase(session, name));
  return kept;
}

function busy(error: unknown): unknown {
  if (!isDbsaveError(error, "SOURCE_BUSY")) return error;
  return new DbsaveError("TARGET_BUSY", error.message, { cause: error });
}
