import { setTimeout } from "node:timers/promises";
import {
  type ArtifactSource,
  DbsaveError,
  isDbsaveError,
  type RestoredPlace,
  type RestoreReport,
  type RestoreRequest,
  type RunContext,
  refuseErrors,
  toDbsaveError,
} from "@dbsave/core";
import { globalsName } from "./artifacts.ts";
import { contentsOf, readDatabaseSettings, readText } from "./backup-contents.ts";
import type { DatabaseSettings } from "./catalog/database-settings.ts";
import { dropAbandoned } from "./databases/abandoned.ts";
import { withMaintenance } from "./databases/choose.ts";
import { createDatabase, dropDatabase } from "./databases/create.ts";
import { temporaryName } from "./databases/names.ts";
import { type Filled, swapIn } from "./databases/swap-in.ts";
import { type Destination, destinations, targetOf } from "./destinations.ts";
import { describe, type ParsedOptions } from "./options.ts";
import { fillDatabase } from "./restore-database.ts";
import { dropRoles, restoreGlobals } from "./restore-globals.ts";
import { restoreNotes } from "./restore-notes.ts";
import { resume } from "./resume.ts";
import { readServer, toolQuery } from "./server.ts";
import type { Session } from "./session.ts";
import { findTool } from "./tools/find-tool.ts";

/**
 * Restores every database of the backup into a new one under a temporary name, and only when all are whole gives them their
 * names: what was there is renamed aside, or dropped when it was empty. TARGET_NOT_EMPTY without `force`, before the backup
 * is read; TARGET_BUSY while somebody is connected to what must be renamed. On any failure the new databases and roles are
 * dropped again.
 */
export async function restore(
  options: ParsedOptions,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  try {
    const { list, jobs, findings } = await destinations(options, request, source, ctx);
    refuseErrors("postgres", findings);
    return await restoreInto(options, list, jobs, source, ctx);
  } catch (error) {
    if (ctx.signal.aborted)
      throw new DbsaveError("ABORTED", `postgres: restore cancelled: ${describe(options)}`, { cause: error });
    throw toDbsaveError(error, "RESTORE_FAILED", `postgres: restore failed: ${describe(options)}`);
  }
}

async function restoreInto(
  options: ParsedOptions,
  list: readonly Destination[],
  jobs: number,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const { clientMajor } = contentsOf(source.manifest);
  const settings = await readDatabaseSettings(source, ctx.signal);
  const globals = await readText(source, globalsName, ctx.signal);
  const { server, roles } = await withMaintenance(options, [], ctx.signal, async (session) => {
    await dropAbandoned(session, ctx);
    return { server: await readServer(session), roles: await restoreGlobals(session, globals, options.globals) };
  });
  const made: Filled[] = [];
  try {
    const pgRestore = await findTool("pg_restore", Math.max(server.major, clientMajor), toolQuery(options, ctx));
    const keepTablespaces = roles.tablespacesMissing.length === 0 && !options.isIsolated;
    const filling = { source, pgRestore, keepTablespaces, jobs };
    const restored: RestoredPlace[] = [];
    let keysLeftOut = 0;
    for (const destination of list) {
      const old = settings.get(destination.database) as DatabaseSettings;
      const { part, whole } = destination;
      const temporary = temporaryName();
      made.push({ destination, temporary });
      await withMaintenance(options, [], ctx.signal, (session) => createDatabase(session, temporary, old));
      const { expected, foreignKeysLeftOut } = await fillDatabase(
        options,
        temporary,
        { settings: old, part, whole },
        filling,
        ctx,
      );
      restored.push({ place: destination.into, expected });
      keysLeftOut += foreignKeysLeftOut;
    }
    const movedAside = await swapInAndResume(options, made, ctx);
    for (const message of options.isIsolated ? [] : restoreNotes(roles, keysLeftOut))
      ctx.report({ type: "note", message });
    const { left, rolesCreated, rolesLeft, tablespacesMissing } = roles;
    const details = {
      databases: list.length,
      rolesCreated: rolesCreated.length,
      rolesLeft: rolesLeft.length,
      globalsLeft: left,
      tablespacesMissing: tablespacesMissing.length,
      foreignKeysLeftOut: keysLeftOut,
    };
    return { target: targetOf(list), movedAside, details, restored };
  } catch (error) {
    await takeBack(options, (session) => removeMade(session, made, roles.rolesCreated));
    throw error;
  }
}

/** A rename stops what the profile keeps running in a database, also a rename that is undone. */
async function swapInAndResume(
  options: ParsedOptions,
  made: readonly Filled[],
  ctx: RunContext,
): Promise<readonly string[]> {
  try {
    return await swapIn(options, made, ctx.now());
  } finally {
    const places = made.map(({ destination }) => destination.into);
    await resume(options, places, ctx);
  }
}

async function removeMade(session: Session, made: readonly Filled[], roles: readonly string[]): Promise<void> {
  for (const { temporary } of made) await dropDatabase(session, temporary);
  await dropRoles(session, roles);
}

const recoveryMs = 10_000;

/**
 * Also when the run is cancelled. A server that crashed is given the time to recover. The failure that led here is the one to
 * tell, so another one is not: what stays, the next restore drops.
 */
async function takeBack(options: ParsedOptions, work: (session: Session) => Promise<void>): Promise<void> {
  const deadline = performance.now() + recoveryMs;
  for (;;) {
    try {
      return await withMaintenance(options, [], new AbortController().signal, work);
    } catch (error) {
      if (!isDbsaveError(error, "CONNECT_FAILED") || performance.now() > deadline) return;
      await setTimeout(200);
    }
  }
}
