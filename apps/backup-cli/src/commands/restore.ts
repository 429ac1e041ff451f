import { completePlace } from "@dbsave/config";
import {
  type Comparison,
  compareRestored,
  DbsaveError,
  type Engine,
  phase,
  planRestore,
  type RestoreOptions,
  type RestoreReport,
  restore,
} from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { chooseBackup } from "../places/choose-backup.ts";
import { keyOptions, keysOf } from "../places/keys.ts";
import { openShelves } from "../places/open-shelves.ts";
import { backupPositional, methodFilter, placeOptions } from "../places/options.ts";
import { plannedRecovery } from "../places/planned-recovery.ts";
import { movedTablespaces, recoveryOptions } from "../places/recovery-order.ts";
import { openRestorePlace } from "../places/restore-place.ts";
import { checkName, restoreRequest, restoreRequestOptions } from "../places/restore-request.ts";
import { startOptions, startOrder } from "../places/start-order.ts";
import type { Session } from "../session/session.ts";
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
      ["$0 restore orders --table app.public.invoices --as rescued", "one table with all that it needs"],
    ],
  },
  async ({ backup, force, ...args }, session) => {
    const asked = restoreRequest(args);
    const start = startOrder(args, session);
    const tablespaces = movedTablespaces(args.tablespace);
    const request = asked.into === undefined ? asked : { ...asked, into: await completePlace(asked.into, session.env) };
    await using shelves = await openShelves(args, session);
    const chosen = await chooseBackup(shelves, { backup, target: args.target, method: args.method }, session);
    const { shelf, entry } = chosen;
    if (request.into === undefined && shelf.verify === undefined) throw nowhere(entry.manifest.id);
    await using place = await openRestorePlace(shelf, entry.manifest, keysOf(args), request, session);
    const { engine, decoders: codecs } = place;
    checkName(args, engine);
    const planned = await plannedRecovery({ ...args, backup }, chosen, place, session);
    const recovery = planned?.recovery;
    const manifest = recovery?.route.backup ?? entry.manifest;
    const { repository } = shelf;
    const more = { ...start, ...(recovery && { recovery }), ...(tablespaces && { tablespaces }) };
    const options = { ...session.run, repository, manifest, codecs, force, ...place.request, ...more };

    const plan = await planRestore(engine, options);
    if (args.dryRun) return planOutcome(manifest, plan, planned);
    const isPossible = plan.findings.every(({ severity }) => severity !== "error");
    if (isPossible) for (const line of planLines(manifest, plan, planned)) session.reporter.tell("info", line);
    if (isPossible && force && session.isInteractive && !args.yes && !(await session.confirm("Restore?")))
      throw declined(manifest.id);

    const report = await phase(session.run, shelf.target, "restore", async () => {
      const value = await restore(engine, options);
      return { value, message: `${manifest.id} into ${value.target}` };
    });
    return restoredOutcome(manifest, report, await compared(engine, options, report, session), planned);
  },
);

/** Null when nothing carries a fingerprint: a whole physical backup. */
async function compared(
  engine: Engine,
  options: Pick<RestoreOptions, "manifest" | "into">,
  report: RestoreReport,
  session: Session,
): Promise<Comparison | null> {
  const { manifest } = options;
  if (manifest.fingerprint === null && report.restored === undefined) return null;
  return await phase(session.run, manifest.target, "verify", async () => {
    const value = await compareRestored(engine, options, report, session.run);
    const isEqual = value.differences.length === 0;
    return { value, state: isEqual ? "ok" : "warning", message: isEqual ? "equal to the backup" : "DIFFERENT" };
  });
}

function nowhere(id: string): DbsaveError {
  return new DbsaveError("USAGE", `restore of ${id}: no place was named`, { hint: "Name one: --into ./copy.db" });
}

function declined(id: string): DbsaveError {
  return new DbsaveError("ABORTED", `restore of ${id}: not confirmed`, { hint: "Nothing was changed." });
}
