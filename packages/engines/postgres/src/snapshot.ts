import { DbsaveError } from "@dbsave/core";
import { connect } from "./connect.ts";
import type { ParsedOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** One moment of one database, which other sessions and pg_dump can look at until it is disposed. */
export interface Snapshot extends AsyncDisposable {
  readonly id: string;
  readonly database: string;
  /** In a transaction that sees the moment. */
  readonly session: Session;
}

/**
 * Holds a moment with an idle read-only transaction. It takes no lock, but as long as it is held VACUUM cannot remove rows
 * that died since.
 */
export async function holdSnapshot(options: ParsedOptions, database: string, signal: AbortSignal): Promise<Snapshot> {
  const session = await connect(options, database, signal);
  try {
    await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const [row] = await session.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
    if (row === undefined) throw new DbsaveError("INTERNAL", "postgres: no snapshot was exported");
    return { id: row.id, database, session, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** From now on `session` sees `snapshot`, in a transaction that ends with it. */
export async function lookAt(session: Session, snapshot: Snapshot): Promise<void> {
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await session.query(`SET TRANSACTION SNAPSHOT '${snapshot.id}'`);
}
