import { type Finding, type RunContext, toDbsaveError } from "@dbsave/core";
import type { Session } from "../session.ts";
import { identifier } from "../sql/quote.ts";
import { dropDatabase } from "./create.ts";
import { isBeingFilled, temporaryPrefix } from "./names.ts";

/**
 * Drops the databases that a restore was filling when its process was killed, with whatever is still connected to them. Only
 * those of processes that are known to be gone: the name says whose it is. One that cannot be dropped is reported.
 */
export async function dropAbandoned(session: Session, ctx: RunContext): Promise<void> {
  for (const name of await beingFilled(session)) {
    if (isBeingFilled(name) !== "dead") continue;
    const message = await dropDatabase(session, name).then(
      () => `${name}, which a killed restore left behind, is dropped`,
      (error: unknown) =>
        `${name}, which a killed restore left behind, stays: ${toDbsaveError(error, "RESTORE_FAILED", name).message}`,
    );
    ctx.report({ type: "note", message });
  }
}

/** What killed restores left behind, and what may be the work of a restore on another machine. */
export async function abandonedFindings(session: Session): Promise<readonly Finding[]> {
  const names = await beingFilled(session);
  return names.flatMap((name) => {
    const alive = isBeingFilled(name);
    if (alive !== "dead" && alive !== "unknown") return [];
    const doubt = alive === "dead" ? "the next restore drops it" : "unless a restore runs on another machine";
    const message = `a killed restore left this database behind; ${doubt}`;
    const fix = `DROP DATABASE ${identifier(name)} WITH (FORCE);`;
    return [{ severity: "warning", code: "RESTORE_FAILED", object: name, message, fix } as const];
  });
}

async function beingFilled(session: Session): Promise<readonly string[]> {
  const sql = "SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname";
  return (await session.query<{ name: string }>(sql, [temporaryPrefix])).map(({ name }) => name);
}
