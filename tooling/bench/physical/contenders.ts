import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contender } from "../postgres/contenders.ts";
import type { Place } from "../postgres/place.ts";

const dbsave = `${process.execPath} ${fileURLToPath(import.meta.resolve("../../../apps/backup-cli/dist/dbsave.js"))}`;

/** Where a contender's newest backup is. */
export function storedBy(folder: string, name: string): string {
  return join(folder, `stored-${name}`);
}

/** dbsave first. */
export function backups(place: Place, folder: string): readonly Contender[] {
  const rest = pgbackrest(folder, place);
  const stock = `${place.tool("pg_basebackup")} -Ft -X fetch --checkpoint=fast --compress=server-zstd:level=3,workers=2`;
  return [
    {
      name: "dbsave",
      command: `${dbsave} backup '${place.source}' --to ${storedBy(folder, "dbsave")} --method physical --quiet`,
    },
    { name: "pgbackrest", prepare: `${rest} stanza-create`, command: `${rest} --type=full --no-archive-check backup` },
    { name: "pg_basebackup", command: `${stock} -D ${storedBy(folder, "pg_basebackup")}` },
  ];
}

/** Of the newest backup of each, into `directory`, which is empty. */
export function restores(folder: string, directory: string): readonly Contender[] {
  const tar = join(storedBy(folder, "pg_basebackup"), "base.tar.zst");
  return [
    {
      name: "dbsave",
      command: `${dbsave} restore latest --from ${storedBy(folder, "dbsave")} --into ${directory} --yes --quiet`,
    },
    {
      name: "pgbackrest",
      command: `pgbackrest --config=${configOf(folder)} --stanza=bench --pg1-path=${directory} restore`,
    },
    { name: "zstd | tar", command: `zstd -q -dc ${tar} | tar -x -C ${directory}` },
  ];
}

function configOf(folder: string): string {
  return join(folder, "pgbackrest.conf");
}

function pgbackrest(folder: string, { dataDirectory, env }: Place): string {
  const lines = {
    "repo1-path": storedBy(folder, "pgbackrest"),
    "lock-path": folder,
    "log-level-file": "off",
    "log-level-console": "error",
    "compress-type": "zst",
    "compress-level": 3,
    "process-max": 2,
    "start-fast": "y",
    "repo1-retention-full": 1,
  };
  const own = { "pg1-path": dataDirectory, "pg1-socket-path": env["PGHOST"], "pg1-user": env["PGUSER"] };
  const section = (name: string, values: object): string =>
    [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ""].join("\n");
  writeFileSync(configOf(folder), section("global", lines) + section("bench", own));
  return `pgbackrest --config=${configOf(folder)} --stanza=bench`;
}
