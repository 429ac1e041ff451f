import type { Finding } from "@dbsave/core";
import type { Server } from "../server.ts";
import type { Session } from "../session.ts";
import { identifier } from "../sql/quote.ts";

/** Those of `databases` that the role may not connect to. */
export async function closedDatabases(session: Session, databases: readonly string[]): Promise<readonly string[]> {
  const closed = await session.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname = ANY ($1) AND NOT has_database_privilege(oid, 'CONNECT') ORDER BY datname",
    [databases],
  );
  return closed.map(({ name }) => name);
}

/** What the role may not do on the server: connect to the databases `closed`, make its memory durable, read passwords of roles. */
export async function serverPrivileges(
  session: Session,
  server: Server,
  user: string,
  closed: readonly string[],
): Promise<readonly Finding[]> {
  if (server.isSuperuser) return [];
  const role = identifier(user);
  const mayRead = server.major < 14 || (await isMemberOf(session, "pg_read_all_data"));
  const mayCheckpoint = server.major >= 15 && (await isMemberOf(session, "pg_checkpoint"));
  return [
    ...closed.map((name) => closedDatabase(name, user, mayRead ? [] : [`GRANT pg_read_all_data TO ${role};`])),
    ...(mayCheckpoint ? [] : [noCheckpoint(server.major, user, role)]),
    {
      severity: "info",
      code: "PERMISSION_DENIED",
      method: "logical",
      object: user,
      message: "is no superuser: the passwords of roles will not be in a backup, all else will",
    },
  ];
}

/** What is in it cannot be looked at before it is open; `reading` is what the role will certainly need there. */
function closedDatabase(name: string, user: string, reading: readonly string[]): Finding {
  const statements = [`GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(user)};`, ...reading];
  const message = `role ${user} may not connect to it`;
  const denied = { severity: "error", code: "PERMISSION_DENIED", method: "logical" } as const;
  return { ...denied, object: name, message, fix: statements.join(" "), statements };
}

function noCheckpoint(major: number, user: string, role: string): Finding {
  const warning = { severity: "warning", code: "SAVE_FAILED", object: user } as const;
  const message = "may not CHECKPOINT, which save needs";
  if (major < 15) return { ...warning, message, fix: "Use a superuser, or save: optional." };
  const fix = `GRANT pg_checkpoint TO ${role};`;
  return { ...warning, message, fix, statements: [fix] };
}

async function isMemberOf(session: Session, group: string): Promise<boolean> {
  const [row] = await session.query<{ is: boolean }>("SELECT pg_has_role($1, 'USAGE') AS is", [group]);
  return row?.is === true;
}
