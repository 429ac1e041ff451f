import { formatBytes } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { exportBackup } from "../export/export-backup.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { openShelves } from "../places/open-shelves.ts";
import { backupPositional, methodFilter, placeOptions } from "../places/options.ts";

export const command = defineCommand(
  {
    positionals: backupPositional,
    options: {
      ...placeOptions,
      ...methodFilter,
      to: {
        type: "string",
        requiresArg: true,
        demandOption: true,
        describe: "Directory in which a folder for the backup is made",
      },
    },
    examples: [
      [
        "$0 export latest-proven --from ./backups --to /mnt/tape",
        "plain files, checksums and RESTORE.md in a folder of their own",
      ],
    ],
  },
  async ({ backup, to, ...args }, session) => {
    await using shelves = await openShelves(args, session);
    const { shelf, entry } = await chooseBackup(shelves, { backup, ...args }, session);
    const exported = await exportBackup(shelf.repository, entry.manifest, { cwd: session.cwd, to }, session);
    return {
      json: { type: "export", target: shelf.target, backup: entry.manifest.id, ...exported },
      text: () =>
        `${exported.directory}: ${exported.files.length} files, ${formatBytes(exported.bytes)}, every byte as recorded.\n` +
        exported.needs.map((folder) => `It needs ${folder} beside it.\n`).join("") +
        "RESTORE.md in it says how to restore without dbsave.",
    };
  },
);
