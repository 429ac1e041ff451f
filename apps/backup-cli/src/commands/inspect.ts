import { DbsaveError } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { inspectBackup } from "../inspect/inspect-backup.ts";
import { inspectSource } from "../inspect/inspect-source.ts";
import { sourceOption } from "../places/detected-source.ts";
import { keyOptions } from "../places/keys.ts";
import { placeOptions } from "../places/options.ts";

export const command = defineCommand(
  {
    positionals: {
      what: {
        type: "string",
        describe: "A database (path, URL or target), or a backup (latest, an id)",
      },
    },
    options: { ...sourceOption, ...placeOptions, ...keyOptions },
    needsScratch: true,
    examples: [
      ["$0 inspect ./app.db", "its version, size, tables and rows"],
      ["$0 inspect latest --from ./backups", "what is in the backup, and whether it can be decoded"],
    ],
  },
  async ({ what, source, ...args }, session) => {
    const isBackup = args.from !== undefined || /^(latest(-proven)?|\d{8}T\d{6}Z.*)$/.test(what ?? "");
    if (isBackup && source === undefined) return await inspectBackup(what ?? "latest", args, session);
    const names = what === undefined ? [] : [what];
    if (args.from === undefined && args.target === undefined) return await inspectSource(names, source, session);
    throw new DbsaveError("USAGE", "--from and --target belong to a backup, --source to a database", {
      hint: "Look into one of them: dbsave inspect latest --from ./backups, or dbsave inspect ./app.db",
    });
  },
);
