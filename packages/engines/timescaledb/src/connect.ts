import type { Session } from "@dbsave/postgres";

/** The extension as the session's database has it. */
export interface Extension {
  readonly version: string;
  /** Where its functions are, as SQL text. */
  readonly schema: string;
  /** Whether the server loaded the library when it started. Without it hypertables cannot be read. */
  readonly isLoaded: boolean;
  /** `timescaledb.restoring`: a restore was never ended. Hypertables hide compressed rows, and jobs stand still. */
  readonly isRestoring: boolean;
  /** What `timescaledb.license` allows. */
  readonly edition: "apache" | "community";
}

/** Undefined for a database without TimescaleDB. */
export async function readExtension(session: Session): Promise<Extension | undefined> {
  const [row] = await session.query<Extension>(`
    SELECT extversion AS version, extnamespace::regnamespace::text AS schema,
      current_setting('timescaledb.max_background_workers', true) IS NOT NULL AS "isLoaded",
      coalesce(current_setting('timescaledb.restoring', true), 'off') = 'on' AS "isRestoring",
      CASE current_setting('timescaledb.license', true) WHEN 'timescale' THEN 'community' ELSE 'apache' END AS edition
    FROM pg_extension WHERE extname = 'timescaledb'`);
  return row;
}

/** Versions that `CREATE EXTENSION` can make on the session's server. */
export async function availableVersions(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ version: string }>(
    "SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb'",
  );
  return rows.map(({ version }) => version);
}
