import { ERRORS, findBackup, phase, readCatalog, verify, verifyLevels } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { byMethod } from "../places/by-method.ts";
import { newestToCheck } from "../places/choose-backup.ts";
import { chooseShelf } from "../places/choose-shelf.ts";
import { keyOptions, keysOf } from "../places/keys.ts";
import { openShelves } from "../places/open-shelves.ts";
import { backupPositional, methodFilter, placeOptions } from "../places/options.ts";
import { proofText } from "../views/proof-view.ts";

export const command = defineCommand(
  {
    positionals: backupPositional,
    options: {
      ...placeOptions,
      ...methodFilter,
      level: {
        choices: verifyLevels,
        describe:
          "hashes: every stored byte. structure: decoded and checked by the engine. restore: restored and compared [as configured, else restore]",
      },
      ...keyOptions,
    },
    needsScratch: true,
    examples: [
      ["$0 verify latest --from ./backups", "restore it into a scratch database and compare every row"],
      ["$0 verify latest --from ./backups --level hashes", "needs no key for encrypted backups"],
    ],
  },
  async ({ backup, ...args }, session) => {
    await using shelves = await openShelves(args, session);
    const shelf = chooseShelf(shelves, args.target);
    const { repository, target } = shelf;
    const catalog = byMethod(await readCatalog(repository, target, session.signal), args.method);
    const { manifest } = backup === "latest" ? newestToCheck(catalog) : findBackup(catalog, backup);
    const level = args.level ?? (shelf.verify === "off" ? undefined : shelf.verify) ?? "restore";
    await using open = await shelf.open(manifest.engine, keysOf(args));
    const options = { ...session.run, repository, manifest, level, codecs: open.decoders };
    const proof = await phase(session.run, target, "verify", async () => {
      const value = await verify(open.job.engine, options);
      return {
        value,
        state: value.outcome === "passed" ? "ok" : "warning",
        message: `${manifest.id}: ${value.summary}`,
      };
    });
    return {
      exit: proof.outcome === "passed" ? 0 : ERRORS.VERIFY_FAILED.exit,
      json: { type: "verify", ...proof },
      text: (paint) => proofText(proof, paint),
    };
  },
);
