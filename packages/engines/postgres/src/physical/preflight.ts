import type { Finding } from "@dbsave/core";
import type { Session } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import { identifier } from "../sql/quote.ts";

/** What would stop method `physical`, where the target has it. Warnings: the next backup may be by another method. */
export async function physicalFindings(
  { physical, user }: ParsedOptions,
  session: Session,
): Promise<readonly Finding[]> {
  if (physical === null) return [];
  const [row] = await session.query<{ may: boolean; senders: number; version: number }>(`
    SELECT rolsuper OR rolreplication AS may, current_setting('max_wal_senders')::int4 AS senders,
      current_setting('server_version_num')::int4 / 10000 AS version
    FROM pg_roles WHERE rolname = current_user`);
  if (row === undefined) return [];
  const found: Finding[] = [];
  const warn = (code: Finding["code"], message: string, fix: string): void =>
    void found.push({ severity: "warning", code, object: user, message: `postgres: method physical: ${message}`, fix });
  if (row.version < 15) warn("UNSUPPORTED", "it needs PostgreSQL 15 or newer", "Use method logical, or upgrade.");
  if (!row.may)
    warn("PERMISSION_DENIED", `role ${user} may not replicate`, `ALTER ROLE ${identifier(user)} REPLICATION;`);
  if (row.senders === 0)
    warn("CONNECT_FAILED", "max_wal_senders is 0", "ALTER SYSTEM SET max_wal_senders = 10; then restart the server.");
  return found;
}
