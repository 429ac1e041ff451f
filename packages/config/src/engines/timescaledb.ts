import type { EngineKind } from "./engine-kind.ts";
import { postgres, postgresLog, postgresOptions } from "./postgres.ts";
import type { PostgresSettings, TimescaledbSettings } from "./postgres-schema.ts";

/** Written and reached as PostgreSQL is. On a command line `timescaledb://user@host/database` says which engine is meant. */
export const timescaledb: EngineKind<TimescaledbSettings> = {
  describe: (settings, directory) => postgres.describe(asPostgres(settings), directory),
  container: (settings) => postgres.container?.(asPostgres(settings)),
  wal: (settings, target, directory) => postgres.wal?.(asPostgres(settings), target, directory) ?? null,
  logSource: postgresOptions,
  incremental: (settings) => postgres.incremental?.(asPostgres(settings)) ?? null,
  references: (settings) => postgres.references(asPostgres(settings)),
  recognise(source) {
    const recognised = postgres.recognise(asPostgresUrl(source));
    return recognised && { ...recognised, settings: asTimescaledb(recognised.settings) };
  },
  wantedPlace: (place) => postgres.wantedPlace(asPostgresUrl(place)),
  sourceless: asTimescaledb(postgres.sourceless),
  log: postgresLog,
  async open(settings, context) {
    const { timescaledb: makeEngine } = await import("@dbsave/timescaledb");
    return makeEngine(await postgresOptions(settings, context));
  },
};

function asPostgres(settings: TimescaledbSettings): PostgresSettings {
  return { ...settings, engine: "postgres" };
}

function asTimescaledb(settings: PostgresSettings): TimescaledbSettings {
  return { ...settings, engine: "timescaledb" };
}

function asPostgresUrl(text: string): string {
  return text.replace(/^timescaledb:\/\//, "postgres://");
}
