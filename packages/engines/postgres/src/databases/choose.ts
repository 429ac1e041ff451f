import { DbsaveError } from "@dbsave/core";
import { connect } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import type { Session } from "../session.ts";
import { temporaryPrefix } from "./names.ts";

/** The databases that the options mean, sorted. SOURCE_NOT_FOUND names the one that is not there. */
export async function chooseDatabases(options: ParsedOptions, signal: AbortSignal): Promise<readonly string[]> {
  const { databases, database } = options;
  if (databases === null) return [database];
  return await withMaintenance(options, [], signal, async (session) => {
    const there = await session.query<{ name: string }>(`
      SELECT datname AS name FROM pg_database
      WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2 AND NOT starts_with(datname, '${temporaryPrefix}') ORDER BY datname COLLATE "C"`);
    const names = there.map(({ name }) => name);
    const missing = databases === "all" ? undefined : databases.find((name) => !names.includes(name));
    if (missing !== undefined)
      throw new DbsaveError("SOURCE_NOT_FOUND", `postgres: there is no database ${missing} on ${options.host}`);
    return databases === "all" ? names : databases;
  });
}

/** A session in a database that is none of `exceptFor`, for what concerns the whole server. OPTIONS_INVALID when none is left. */
export async function withMaintenance<T>(
  options: ParsedOptions,
  exceptFor: readonly string[],
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const usual = [...new Set(["postgres", "template1", options.database])].filter((name) => !exceptFor.includes(name));
  if (usual.length === 0)
    throw new DbsaveError("OPTIONS_INVALID", `postgres: no database is left to connect to: ${exceptFor.join(", ")}`, {
      hint: "Set `database` to one that stays as it is, or restore these databases one after the other.",
    });
  const failures: unknown[] = [];
  for (const database of usual) {
    let session: Session;
    try {
      session = await connect(options, database, signal);
    } catch (error) {
      failures.push(error);
      continue;
    }
    await using open = session;
    return await work(open);
  }
  throw failures[options.databases === null ? Math.max(0, usual.indexOf(options.database)) : 0]; // it says most of what was asked for
}
