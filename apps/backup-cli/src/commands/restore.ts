import {
  compareWithBackup,
  DbsaveError,
  type Engine,
  type Finding,
  type Manifest,
  phase,
  planRestore,
  restore,
} from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { keyOptions, keysOf } from "../places/keys.ts";
import { openShelves } from "../places/open-shelves.ts";
import { backupPositional, placeOptions } from "../places/options.ts";
import type { Session } from "../session/session.ts";
import { planLines, planOutcome, restoredOutcome } from "../views/restore-view.ts";

export const command = defineCommand(
  {
    positionals: backupPositional,
    options: {
      ...placeOptions,
      into: {
        type: "string",
        requiresArg: true,
        describe: "Where to: a path, a database or its URL [the configured source]",
      },
      force: {
        type: "boolean",
        default: false,
        describe: "Even if something is there: it is moved aside, never deleted",
      },
      "dry-run": { type: "boolean", default: false, describe: "Print the plan, change nothing" },
      yes: { type: "boolean", default: false, describe: "Do not ask on a terminal" },
      ...keyOptions,
    },
    needsScratch: true,
    examples: [
      ["$0 restore latest --from ./backups --into ./copy.db", "a new file, compared with the backup's own fingerprint"],
    ],
  },
  async ({ backup, into, force, ...args }, session) => {
    await using shelves = await openShelves(args, session);
    const { shelf, entry } = await chooseBackup(shelves, { backup, target: args.target }, session);
    const { manifest } = entry;
    if (into === undefined && shelf.verify === undefined) throw nowhere(manifest.id);
    await using open = await shelf.open(manifest.engine, keysOf(args), into);
    const { engine } = open.job;
    const where = into === undefined ? {} : { into };
    const options = { ...session.run, repository: shelf.repository, manifest, codecs: open.decoders, force, ...where };

    const plan = await planRestore(engine, options);
    if (args.dryRun) return planOutcome(manifest, plan);
    const isPossible = plan.findings.every(({ severity }) => severity !== "error");
    if (isPossible) for (const line of planLines(manifest, plan)) session.reporter.tell("info", line);
    if (isPossible && force && session.isInteractive && !args.yes && !(await session.confirm("Restore?")))
      throw declined(manifest.id);

    const report = await phase(session.run, shelf.target, "restore", async () => {
      const value = await restore(engine, options);
      return { value, message: `${manifest.id} into ${value.target}` };
    });
    await using restored = into === undefined ? engine : engine.at(into);
    return restoredOutcome(manifest, report, await differencesIn(restored, manifest, session));
  },
);

/** What differs between the restored copy and the backup's own fingerprint; null when it carries none. */
async function differencesIn(
  restored: Engine,
  manifest: Manifest,
  session: Session,
): Promise<readonly Finding[] | null> {
  if (manifest.fingerprint === null) return null;
  return await phase(session.run, manifest.target, "verify", async () => {
    const value = await compareWithBackup(restored, manifest, session.run);
    const isEqual = value.length === 0;
    return { value, state: isEqual ? "ok" : "warning", message: isEqual ? "equal to the backup" : "DIFFERENT" };
  });
}

function nowhere(id: string): DbsaveError {
  return new DbsaveError("USAGE", `restore of ${id}: no place was named`, { hint: "Name one: --into ./copy.db" });
}

function declined(id: string): DbsaveError {
  return new DbsaveError("ABORTED", `restore of ${id}: not confirmed`, { hint: "Nothing was changed." });
}
