import { completePlace } from "@dbsave/config";
import { DbsaveError, phase, planRestore, restore } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { compared } from "../places/compared.ts";
import { keyOptions, keysOf } from "../places/keys.ts";
import { openShelves } from "../places/open-shelves.ts";
import { backupPositional, methodFilter, placeOptions } from "../places/options.ts";
import { plannedRecovery } from "../places/planned-recovery.ts";
import { movedTablespaces, recoveryOptions } from "../places/recovery-order.ts";
import { openRestorePlace } from "../places/restore-place.ts";
import { checkName, restoreRequest, restoreRequestOptions } from "../places/restore-request.ts";
import { startOptions, startOrders } from "../places/start-order.ts";
import { planLines, planOutcome, restoredOutcome } from "../views/restore-view.ts";

export const command = defineCommand(
  {
    positionals: backupPositional,
    options: {
      ...placeOptions,
      ...methodFilter,
      ...restoreRequestOptions,
      ...recoveryOptions,
      ...startOptions,
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
      ["$0 restore orders --database app --as app_check", "one database of a whole server, beside the one in use"],
      ["$0 restore latest --from ./backups --into docker:pg/orders_check", "a new database in a container"],
      [
        "$0 restore orders --at '2026-11-20 14:30:00+01' --into /srv/pg --dry-run",
        "the way to a time, and what it takes",
      ],
      ["$0 restore orders --into /srv/restored --start", "a physical backup, and a server on it that goes on"],
      ["$0 restore orders --at 2026-11-20T14:30:00Z --recreate", "the target's container goes on as it was at a time"],
      ["$0 restore orders --table app.public.invoices --as rescued", "one table with all that it needs"],
    ],
  },
  async ({ backup, force, ...args }, session) => {
    const asked = restoreRequest(args);
    const tablespaces = movedTablespaces(args.tablespace);
    const request = asked.into === undefined ? asked : { ...asked, into: await completePlace(asked.into, session.env) };
    await using shelves = await openShelves(args, session);
    const method = args.method ?? (args.start || args.recreate ? "physical" : undefined);
    const chosen = await chooseBackup(shelves, { backup, target: args.target, method }, session);
    const { shelf, entry } = chosen;
    const orders = await startOrders(args, { into: request.into, shelf, engine: entry.manifest.engine }, session);
    if (request.into === undefined && shelf.verify === undefined) throw nowhere(entry.manifest.id);
    await using place = await openRestorePlace(shelf, entry.manifest, keysOf(args), request, session);
    const { engine, decoders: codecs } = place;
    checkName(args, engine);
    const planned = await plannedRecovery({ ...args, backup }, chosen, place, session);
    const recovery = planned?.recovery;
    const manifest = recovery?.route.backup ?? entry.manifest;
    const { repository } = shelf;
    const more = { ...orders, ...(recovery && { recovery }), ...(tablespaces && { tablespaces }) };
    const options = { ...session.run, repository, manifest, codecs, force, ...place.request, ...more };

    const plan = await planRestore(engine, options);
    if (args.dryRun) return planOutcome(manifest, plan, planned);
    const isPossible = plan.findings.every(({ severity }) => severity !== "error");
    if (isPossible) for (const line of planLines(manifest, plan, planned)) session.reporter.tell("info", line);
    if (
      isPossible &&
      (force || args.recreate) &&
      session.isInteractive &&
      !args.yes &&
      !(await session.confirm("Restore?"))
    )
      throw declined(manifest.id);

    const report = await phase(session.run, shelf.target, "restore", async () => {
      const value = await restore(engine, options);
      return { value, message: `${manifest.id} into ${value.target}` };
    });
    return restoredOutcome(manifest, report, await compared(engine, options, report, session), planned);
  },
);

function nowhere(id: string): DbsaveError {
  const hint = "Name one: --into ./copy.db, the URL of a database, or a new directory for a physical backup.";
  return new DbsaveError("USAGE", `restore of ${id}: no place was named`, { hint });
}

function declined(id: string): DbsaveError {
  return new DbsaveError("ABORTED", `restore of ${id}: not confirmed`, { hint: "Nothing was changed." });
}
