import {
  type Catalog,
  DbsaveError,
  drill,
  ERRORS,
  findBackup,
  type Manifest,
  type Proof,
  phase,
  readCatalog,
  verify,
  verifyLevels,
} from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { byMethod } from "../places/by-method.ts";
import { byTarget, newestToCheck } from "../places/choose-backup.ts";
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
      drill: {
        type: "boolean",
        default: false,
        describe: "Recover to a moment chosen at random among all that the backups and the archived log reach",
      },
      seed: { type: "number", implies: "drill", describe: "Of a drill: the same one chooses the same moment" },
      ...keyOptions,
    },
    needsScratch: true,
    examples: [
      ["$0 verify latest --from ./backups", "restore it into a scratch database and compare every row"],
      ["$0 verify latest --from ./backups --level hashes", "needs no key for encrypted backups"],
      ["$0 verify orders --drill", "a recovery to a random moment, read through and timed"],
    ],
  },
  async (given, session) => {
    await using shelves = await openShelves(given, session);
    const { backup, ...args } = byTarget(shelves, given);
    const shelf = chooseShelf(shelves, args.target);
    const { repository, target } = shelf;
    const catalog = byMethod(await readCatalog(repository, target, session.signal), args.method);
    const manifest = chosen(catalog, backup, args);
    const level = args.level ?? (shelf.verify === "off" ? undefined : shelf.verify) ?? "restore";
    await using open = await shelf.open(manifest.engine, keysOf(args));
    const { engine } = open.job;
    const options = { ...session.run, repository, codecs: open.decoders };
    const check = async (): Promise<Proof> => {
      if (!args.drill) return await verify(engine, { ...options, manifest, level });
      return await drill(engine, { ...options, target, ...(args.seed !== undefined && { seed: args.seed }) });
    };
    const proof = await phase(session.run, target, "verify", async () => {
      const value = await check();
      return {
        value,
        state: value.outcome === "passed" ? "ok" : "warning",
        message: `${value.backup}: ${value.summary}`,
      };
    });
    return {
      exit: proof.outcome === "passed" ? 0 : ERRORS.VERIFY_FAILED.exit,
      json: { type: "verify", ...proof },
      text: (paint) => proofText(proof, paint),
    };
  },
);

/** USAGE for a drill of one backup: it chooses that, too. */
function chosen(
  catalog: Catalog,
  backup: string,
  {
    drill: isDrill,
    level,
    seed,
  }: { readonly drill: boolean; readonly level?: string | undefined; readonly seed?: number | undefined },
): Manifest {
  if (isDrill && (backup !== "latest" || level !== undefined))
    throw new DbsaveError("USAGE", "a drill chooses the backup itself, and always restores it", {
      hint: "Name the target alone: dbsave verify NAME --drill",
    });
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0))
    throw new DbsaveError("USAGE", "--seed must be a whole number from 0");
  return (backup === "latest" ? newestToCheck(catalog) : findBackup(catalog, backup)).manifest;
}
