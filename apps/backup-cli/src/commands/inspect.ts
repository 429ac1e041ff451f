import { DbsaveError } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { inspectBackup } from "../inspect/inspect-backup.ts";
import { inspectSource } from "../inspect/inspect-source.ts";
import { keyOptions } from "../places/keys.ts";
import { placeOptions } from "../places/options.ts";

export const command = defineCommand(
  {
    positionals: {
      what: {
        type: "string",
        demandOption: true,
        describe: "A database (path, URL or target), or a backup (latest, an id)",
      },
    },
    options: { ...placeOptions, ...keyOptions },
    examples: [
      ["$0 inspect ./app.db", "its version, size, tables and rows"],
      ["$0 inspect latest --from ./backups", "what is in the backup, and whether it can be decoded"],
    ],
  },
  async ({ what, ...args }, session) => {
    const isBackup = args.from !== undefined || /^(latest(-proven)?|\d{8}T\d{6}Z.*)$/.test(what);
    if (isBackup) return await inspectBackup(what, args, session);
    if (args.target === undefined) return await inspectSource(what, session);
    throw new DbsaveError("USAGE", `${what}: --target belongs to a backup`, {
      hint: "Name its repository, too: --from ./backups.",
    });
  },
);
