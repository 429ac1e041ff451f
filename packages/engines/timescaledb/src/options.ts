import type { PostgresOptions } from "@dbsave/postgres";

/** Those of PostgreSQL. `url` may begin with `timescaledb://` as well. */
export type TimescaledbOptions = PostgresOptions;
