import { planPrune, readCatalog } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { keepOption, policyFor } from "../command-line/keep-option.ts";
import { windowsOf } from "../places/archived-logs.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { openShelves } from "../places/open-shelves.ts";
import { backupPositional, methodFilter, placeOptions } from "../places/options.ts";
import { chainPlaceOf } from "../views/chain-view.ts";
import { manifestText } from "../views/manifest-view.ts";

export const command = defineCommand(
  {
    positionals: backupPositional,
    options: { ...placeOptions, ...methodFilter, ...keepOption },
    examples: [["$0 show latest --from ./backups", "its files, its proofs, and what is in it"]],
  },
  async ({ backup, ...args }, session) => {
    await using shelves = await openShelves(args, session);
    const { shelf, entry } = await chooseBackup(shelves, { backup, target: args.target, method: args.method }, session);
    const { manifest, proofs, pin, state } = entry;
    const { repository, target } = shelf;
    const isPolicyKnown = args.keep !== undefined || shelf.retention !== undefined;
    const policy = isPolicyKnown ? policyFor(shelf, args.keep) : undefined;
    const plan = policy ? (await planPrune({ ...session.run, repository, target, policy })).plan : undefined;
    const kept = plan?.keep.find(({ id }) => id === manifest.id)?.reasons;
    const removed = plan?.remove.find(({ id }) => id === manifest.id)?.reason;
    const retention = { policy: policy ?? null, kept: kept ?? null, removed: removed ?? null };
    const { entries } = await readCatalog(repository, target, session.signal);
    const place = chainPlaceOf(manifest, entries);
    const windows = await windowsOf(shelf, manifest, session);
    return {
      json: { type: "backup", ...manifest, state, pin, proofs, retention, ...place, windows },
      text: (paint) =>
        manifestText(entry, { isPolicyKnown, ...retention, ...place, windows }, session.run.now(), paint),
    };
  },
);
