import type { Finding } from "@dbsave/core";
import type { Session } from "@dbsave/postgres";
import { availableVersions, readExtension } from "./connect.ts";

/** What keeps the session's database from being backed up, or from being restored on a server of the same image. */
export async function examine(session: Session): Promise<readonly Finding[]> {
  const extension = await readExtension(session);
  if (extension === undefined) return [];
  const { version, schema, isLoaded, isRestoring } = extension;
  const { database: object } = session;
  if (!isLoaded) {
    const message = "the server did not load TimescaleDB when it started";
    const fix = "Add timescaledb to shared_preload_libraries in postgresql.conf and restart the server.";
    return [{ severity: "error", code: "SOURCE_INVALID", object, message, fix }];
  }
  const findings: Finding[] = [];
  if (schema !== "public") findings.push({ severity: "warning", ...ownSchema(object) });
  if (isRestoring) findings.push(stillRestoring(object, schema));
  if (!(await availableVersions(session)).includes(version)) {
    const message = `it has TimescaleDB ${version}, which the server's packages can no longer create: no restore here can work`;
    const fix = "ALTER EXTENSION timescaledb UPDATE; as the first command of a new session (psql -X)";
    findings.push({ severity: "warning", code: "SOURCE_INVALID", object, message, fix });
  }
  return findings;
}

/** The dump makes the schema, and the extension must be there before the dump is read. */
export function ownSchema(object: string): Omit<Finding, "severity"> {
  const message = "TimescaleDB is not in the schema public, which only the commands in RESTORE.md can restore";
  return { code: "UNSUPPORTED", object, message, fix: "Restore it by the commands in the backup's RESTORE.md." };
}

/** A restore that nobody ended: what is read through hypertables is not all they hold. */
export function stillRestoring(object: string, schema: string): Finding & { readonly fix: string } {
  const message = "timescaledb.restoring is still on, so hypertables hide rows and no job runs";
  const fix = `SELECT ${schema}.timescaledb_post_restore();`;
  return { severity: "error", code: "SOURCE_INVALID", object, message, fix };
}
