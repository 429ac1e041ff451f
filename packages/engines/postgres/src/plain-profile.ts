import type { Finding } from "@dbsave/core";
import type { PostgresProfile } from "./profile.ts";
import type { Session } from "./session.ts";

/** PostgreSQL as it is. A database that needs another profile is not backed up: its restore would not be right. */
export const plainProfile: PostgresProfile = { name: "postgres", examine };

async function examine(session: Session): Promise<readonly Finding[]> {
  const found = await session.query("SELECT FROM pg_extension WHERE extname = 'timescaledb'");
  if (found.length === 0) return [];
  const { database } = session;
  const message = "it has TimescaleDB, whose hypertables a plain restore does not make whole";
  const fix = "Name its engine: --engine timescaledb on the command line, engine: timescaledb in dbsave.yaml.";
  return [{ severity: "error", code: "UNSUPPORTED", object: database, message, fix }];
}
