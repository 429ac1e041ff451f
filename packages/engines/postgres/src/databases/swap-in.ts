import { DbsaveError, isDbsaveError } from "@dbsave/core";
import type { Destination } from "../destinations.ts";
import type { ParsedOptions } from "../options.ts";
import type { Session } from "../session.ts";
import { busyDatabase } from "./busy.ts";
import { withMaintenance } from "./choose.ts";
import { dropDatabase, renameDatabase } from "./create.ts";
import { freeAsideName } from "./names.ts";
import { examinePlace } from "./place.ts";

/** A database that is whole, under a temporary name. */
export interface Filled {
  readonly destination: Destination;
  readonly temporary: string;
}

/**
 * Gives each its name, and moves aside what was there: all in one transaction, so that a kill leaves either the old databases
 * in their places or the new ones. Not cut short by a cancellation: it takes milliseconds, and waits at most five seconds for
 * sessions that are just ending. Resolves with the new names of what is not empty.
 */
export async function swapIn(options: ParsedOptions, filled: readonly Filled[], now: Date): Promise<readonly string[]> {
  const kept: string[] = [];
  const emptied: string[] = [];
  const places = filled.map(({ destination }) => destination.into);
  const { signal } = new AbortController();
  return await withMaintenance(options, places, signal, async (session) => {
    await session.query("BEGIN");
    try {
      for (const { destination, temporary } of filled) {
        const { into, place } = destination;
        if (place !== "free") {
          const aside = await freeAsideName(session, into, now);
          await renameDatabase(session, into, aside);
          (place === "empty" ? emptied : kept).push(aside);
        }
        await renameDatabase(session, temporary, into);
      }
      await session.query("COMMIT");
    } catch (error) {
      await session.query("ROLLBACK");
      throw await busy(error, places, session);
    }
    for (const name of emptied) {
      const isStillEmpty = (await examinePlace(options, session, name, signal)) === "empty"; // nobody can fill it from here on
      const isDropped = isStillEmpty && (await succeeds(dropDatabase(session, name))); // the restore is done all the same
      if (!isDropped) kept.push(name);
    }
    return kept;
  });
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return await work.then(
    () => true,
    () => false,
  );
}

/** Who was in the way; they may have left meanwhile. */
async function busy(error: unknown, places: readonly string[], session: Session): Promise<unknown> {
  if (!isDbsaveError(error, "SOURCE_BUSY")) return error;
  for (const place of places) {
    const finding = await busyDatabase(session, place);
    if (finding !== undefined)
      return new DbsaveError(finding.code, `postgres: ${finding.message}: ${finding.object}`, {
        cause: error,
        ...(finding.fix === undefined ? {} : { hint: finding.fix }),
      });
  }
  return new DbsaveError("TARGET_BUSY", error.message, { cause: error });
}
