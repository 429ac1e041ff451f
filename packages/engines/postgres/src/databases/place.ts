import { isDbsaveError } from "@dbsave/core";
import { withSession } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import type { Session } from "../session.ts";

/** What is where a database shall be restored. */
export type Place = "free" | "empty" | "taken";

/** `session` is in another database of the same server. */
export async function examinePlace(
  options: ParsedOptions,
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<Place> {
  const found = await session.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  if (found.length === 0) return "free";
  try {
    const [row] = await withSession(options, name, signal, (inside) => inside.query<{ empty: boolean }>(emptySql));
    return row?.empty === true ? "empty" : "taken";
  } catch (error) {
    if (isDbsaveError(error, "ABORTED")) throw error;
    return "taken"; // what cannot be looked into is not empty
  }
}

/** No object that initdb did not make. */
const emptySql = `
  SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid >= 16384 AND n.nspname !~ '^pg_')
    AND NOT EXISTS (SELECT FROM pg_proc WHERE oid >= 16384) AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid >= 16384)
    AND NOT EXISTS (SELECT FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_')
    AND NOT EXISTS (SELECT FROM pg_extension WHERE extname <> 'plpgsql')
    AND NOT EXISTS (SELECT FROM pg_largeobject_metadata) AS empty`;
