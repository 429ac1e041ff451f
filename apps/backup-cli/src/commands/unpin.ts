import { unpinBackup } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { openShelves } from "../places/open-shelves.ts";
import { placeOptions } from "../places/options.ts";

export const command = defineCommand(
  {
    positionals: { backup: { type: "string", demandOption: true, describe: "An id or a part of one" } },
    options: placeOptions,
    examples: [["$0 unpin 3f2a9c01 --from ./backups", "the retention policy decides about it again"]],
  },
  async ({ backup, ...args }, session) => {
    await using shelves = await openShelves(args, session);
    const { shelf, entry } = await chooseBackup(shelves, { backup, target: args.target }, session);
    const { id } = entry.manifest;
    await unpinBackup(shelf.repository.storage, shelf.target, id, session.signal);
    return {
      json: { type: "pin", target: shelf.target, backup: id, pin: null },
      text: () =>
        entry.pin === null ? `${shelf.target} ${id} was not pinned` : `${shelf.target} ${id} is no longer pinned`,
    };
  },
);
