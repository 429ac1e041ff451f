import { DbsaveError, isDbsaveError } from "@dbsave/core";
import type { Session } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import type { Destination } from "../plan-restore.ts";
import { busyDatabase } from "./busy.ts";
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
  const inServer: InServer = (name, work) => withMaintenance(options, name, signal, work);
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
    throw await busy(error, filled, inServer);
  }
  for (const name of emptied) await inServer(name, (session) => dropDatabase(session, name));
  return kept;
}

type InServer = <T>(name: string, work: (session: Session) => Promise<T>) => Promise<T>;

/** Who was in the way; they may have left meanwhile. */
async function busy(error: unknown, filled: readonly Filled[], inServer: InServer): Promise<unknown> {
  if (!isDbsaveError(error, "SOURCE_BUSY")) return error;
  for (const { destination } of filled) {
    const finding = await inServer(destination.into, (session) => busyDatabase(session, destination.into));
    if (finding !== undefined)
      return new DbsaveError(finding.code, `postgres: ${finding.message}: ${finding.object}`, {
        cause: error,
        ...(finding.fix === undefined ? {} : { hint: finding.fix }),
      });
  }
  return new DbsaveError("TARGET_BUSY", error.message, { cause: error });
}
