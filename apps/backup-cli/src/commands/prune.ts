import { ERRORS, type PruneOptions, planPrune, prune } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { keepOption, policyFor } from "../command-line/keep-option.ts";
import type { Paint } from "../output/paint.ts";
import { counted } from "../output/quantities.ts";
import { archivedLogs, engineLogOf } from "../places/archived-logs.ts";
import { shelvesOf } from "../places/choose-shelf.ts";
import { openShelves } from "../places/open-shelves.ts";
import { placeOptions } from "../places/options.ts";
import type { Session } from "../session/session.ts";
import { findingsText } from "../views/archived-log-view.ts";
import { type Pruned, prunedJson, prunedText } from "../views/plan-view.ts";

export const command = defineCommand(
  {
    positionals: {},
    options: {
      ...placeOptions,
      ...keepOption,
      "dry-run": {
        type: "boolean",
        default: false,
        describe: "Explain what would become of every backup, delete nothing",
      },
      "allow-mass-delete": {
        type: "boolean",
        default: false,
        describe: "Even if it removes most of a target's backups",
      },
      yes: { type: "boolean", default: false, describe: "Do not ask on a terminal" },
    },
    examples: [
      [
        "$0 prune --from ./backups --keep daily=7,weekly=4,monthly=6 --dry-run",
        "every backup, and why it stays or goes",
      ],
    ],
  },
  async (args, session) => {
    await using shelves = await openShelves(args, session);
    const pruned: Pruned[] = [];
    for (const shelf of shelvesOf(shelves, args.target)) {
      const { repository, target } = shelf;
      const policy = policyFor(shelf, args.keep);
      const keepMs = shelf.wal?.keepMs ?? null;
      if (policy === null && keepMs === null) continue;
      const conditions = { allowMassDelete: args.allowMassDelete };
      const engine = await engineLogOf(shelf, session);
      const log = engine === null ? undefined : { engine, keepMs };
      const options: PruneOptions = { ...session.run, repository, target, policy, log, conditions };
      const planned = await planPrune(options);
      const applies = !args.dryRun && (args.yes || (await agreed(target, planned.plan.remove.length, session)));
      pruned.push(
        applies
          ? { target, applies, ...(await prune(options)) }
          : { target, applies, ...planned, removed: [], swept: 0 },
      );
    }
    const logs = await archivedLogs(shelvesOf(shelves, args.target), session);
    const wrong = (paint: Paint): readonly string[] => logs.map((each) => findingsText(each, paint));
    return {
      exit: pruned.some(({ plan }) => plan.frozen.length > 0) ? ERRORS.PRUNE_FROZEN.exit : 0,
      json: { type: "prune", targets: pruned.map(prunedJson), logs },
      text: (paint) =>
        [pruned.map((each) => prunedText(each, paint)).join("\n\n") || "Nothing to prune: every target keeps all."]
          .concat(wrong(paint))
          .filter(Boolean)
          .join("\n\n"),
    };
  },
);

async function agreed(target: string, count: number, session: Session): Promise<boolean> {
  if (count === 0 || !session.isInteractive) return true;
  return await session.confirm(`Delete ${counted(count, "backup")} of ${target}?`);
}
