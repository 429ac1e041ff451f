import { pinBackup } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { openShelves } from "../places/open-shelves.ts";
import { methodFilter, placeOptions } from "../places/options.ts";

export const command = defineCommand(
  {
    positionals: {
      backup: {
        type: "string",
        demandOption: true,
        describe: "latest, latest-proven, a target (its latest), an id or a part of one, or a time",
      },
    },
    options: {
      ...placeOptions,
      ...methodFilter,
      reason: {
        type: "string",
        requiresArg: true,
        default: "pinned by hand",
        describe: "Shown wherever it is asked why it is kept",
      },
    },
    examples: [["$0 pin latest-proven --from ./backups --reason 'before the migration'", "kept until it is unpinned"]],
  },
  async ({ backup, reason, ...args }, session) => {
    await using shelves = await openShelves(args, session);
    const { shelf, entry } = await chooseBackup(shelves, { backup, ...args }, session);
    const { id } = entry.manifest;
    await pinBackup(shelf.repository.storage, shelf.target, id, reason, session.signal);
    return {
      json: { type: "pin", target: shelf.target, backup: id, pin: reason },
      text: () => `${shelf.target} ${id} is pinned: ${reason}`,
    };
  },
);
