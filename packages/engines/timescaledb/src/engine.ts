import type { Engine } from "@dbsave/core";
import { type PostgresProfile, postgresWith } from "@dbsave/postgres";
import { recipe } from "./backup.ts";
import { fingerprint } from "./fingerprint.ts";
import { examine } from "./inspect.ts";
import type { TimescaledbOptions } from "./options.ts";
import { examinePart, examineServer, fill, resume } from "./restore.ts";
import { describe } from "./save.ts";

const profile: PostgresProfile = {
  name: "timescaledb",
  scratchSettings: {
    shared_preload_libraries: "timescaledb",
    "timescaledb.max_background_workers": "0", // its launcher ends at once: no job runs
    "timescaledb.telemetry_level": "off",
  },
  examine,
  describe,
  fingerprint,
  examineServer,
  examinePart,
  fill,
  resume,
  recipe,
};

/**
 * A PostgreSQL server with TimescaleDB 2.13 or newer: one of its databases, several, or all; those without the extension are
 * backed up as plain ones. Nothing is opened before a method is called and nothing stays open after it. OPTIONS_INVALID
 * for a wrong option.
 */
export function timescaledb(options: TimescaledbOptions): Engine {
  return postgresWith(options, profile);
}
