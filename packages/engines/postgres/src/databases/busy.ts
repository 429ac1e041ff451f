import type { Finding } from "@dbsave/core";
import type { Session } from "../session.ts";
import { literal } from "../sql/quote.ts";

interface Connected {
  readonly pid: number;
  readonly application: string;
  readonly role: string | null;
  readonly total: string;
}

const shown = 5;

/**
 * TARGET_BUSY with who is connected to the database `name`, which keeps it from being renamed, and the SQL that ends them;
 * undefined when nobody is. What the server itself ends, such as autovacuum and the
 * schedulers of TimescaleDB, does not count. `session` is in another database.
 */
export async function busyDatabase(session: Session, name: string): Promise<Finding | undefined> {
  const connected = await session.query<Connected>(
    `SELECT pid, application_name AS application, usename AS role, count(*) OVER () AS total FROM pg_stat_activity
     WHERE datname = $1 AND backend_type NOT IN ('autovacuum worker', 'parallel worker') AND backend_type !~ '^TimescaleDB' ORDER BY pid LIMIT ${shown}`,
    [name],
  );
  const [first] = connected;
  if (first === undefined) return undefined;
  const people = connected.map(
    ({ pid, application, role }) =>
      `${application === "" ? "a program without a name" : application} (pid ${pid}, role ${role ?? "none"})`,
  );
  const more = Number(first.total) - connected.length;
  const list = `${people.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return {
    severity: "error",
    code: "TARGET_BUSY",
    object: name,
    message: `cannot be renamed aside while somebody is connected to it: ${list}`,
    fix: `Stop them, or run: SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${literal(name).trim()};`,
  };
}
