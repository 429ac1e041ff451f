import { DbsaveError } from "@dbsave/core";
import type { DatabaseSettings } from "./catalog/database-settings.ts";
import type { Session } from "./connect.ts";

/** RESTORE_FAILED, before anything is made, for an extension whose files the server does not have. */
export async function refuseMissingExtensions(session: Session, databases: readonly DatabaseSettings[]): Promise<void> {
  const available = await session.query<{ name: string }>("SELECT name FROM pg_available_extensions");
  const names = new Set(available.map(({ name }) => name));
  const missing = databases.flatMap(({ extensions }) => extensions).find(({ name }) => !names.has(name));
  if (missing === undefined) return;
  throw new DbsaveError(
    "RESTORE_FAILED",
    `postgres: extension ${missing.name} ${missing.version} is not installed there`,
    {
      hint: "Install its package beside the server, in the same version.",
    },
  );
}
