import { DbsaveError } from "@dbsave/core";
import type { Options } from "yargs";
import { defineCommand } from "../command.ts";
import { inspectBackup } from "../inspect/inspect-backup.ts";
import { inspectSource } from "../inspect/inspect-source.ts";
import { sourceOptions } from "../places/detected-source.ts";
import { keyOptions } from "../places/keys.ts";
import { placeOptions } from "../places/options.ts";

const exploreOptions = {
  database: { type: "string", requiresArg: true, describe: "Only this database of the server" },
  count: { type: "boolean", default: false, describe: "Count rows exactly: reads everything [estimates]" },
  all: { type: "boolean", default: false, describe: "Every table [the twenty biggest of each database]" },
} as const satisfies Record<string, Options>;

export const command = defineCommand(
  {
    positionals: {
      what: {
        type: "string",
        describe: "A database (path, URL or target), or a backup (latest, an id)",
      },
    },
    options: {
      ...sourceOptions,
      ...exploreOptions,
      ...placeOptions,
      ...keyOptions,
    },
    needsScratch: true,
    examples: [
      ["$0 inspect postgres://backup@db/app", "its databases, and the biggest tables of app"],
      ["$0 inspect ./app.db --count", "its tables with their rows counted"],
      ["$0 inspect latest --from ./backups", "what is in the backup, and whether it can be decoded"],
    ],
  },
  async ({ what, source, engine, database, count, all, ...args }, session) => {
    const isBackup = args.from !== undefined || /^(latest(-proven)?|\d{8}T\d{6}Z.*)$/.test(what ?? "");
    const isExploring = source !== undefined || engine !== undefined || database !== undefined || count || all;
    if (isBackup && !isExploring) return await inspectBackup(what ?? "latest", args, session);
    const names = what === undefined ? [] : [what];
    if (!isBackup && args.target === undefined)
      return await inspectSource(names, { source, engine, database, count, all }, session);
    throw new DbsaveError(
      "USAGE",
      "--from and --target are for a backup; --source, --engine, --database, --count and --all for a database",
      {
        hint: "Look into one of them: dbsave inspect latest --from ./backups, or dbsave inspect ./app.db",
      },
    );
  },
);
