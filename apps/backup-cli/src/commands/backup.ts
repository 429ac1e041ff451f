import { type PipelineItem, runPipeline } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { adHocOptions, methodOption } from "../places/ad-hoc-targets.ts";
import { itemsByMethod } from "../places/by-method.ts";
import { chooseTargets } from "../places/choose-targets.ts";
import { openItems } from "../places/open-items.ts";
import { runOutcome } from "../views/run-view.ts";

export const command = defineCommand(
  {
    positionals: {
      sources: {
        type: "string",
        array: true,
        describe: "Targets of the configuration [all], or with --to paths and URLs",
      },
    },
    options: { ...adHocOptions, ...methodOption },
    needsScratch: true,
    examples: [
      ["$0 backup ./app.db --to ./backups", "without any configuration"],
      ["$0 backup ./app.db --to ./backups --recipient age1...", "encrypted, never plain on disk"],
      ["$0 backup orders", "a target of the configuration"],
      ["$0 backup orders --method physical", "by one of its methods only"],
      ["$0 backup docker:pg --to ./backups", "PostgreSQL in a container, also without a published port"],
      ["$0 backup compose:shop/db/orders --to ./backups", "the database orders in the service db of a compose project"],
      ["$0 backup docker:pg/metrics --engine timescaledb --to ./backups", "a database with TimescaleDB"],
    ],
  },
  async ({ sources = [], ...args }, session) => {
    const chosen = await chooseTargets(sources, args, session);
    await using opened = await openItems(chosen, session);
    const items = chosen.isAdHoc ? opened.items : itemsByMethod(opened.items, args.method, sources);
    const { targets, ...facts } = await runPipeline(items.map(backupOnly), {
      ...session.run,
      command: "dbsave backup",
    });
    const results = opened.results(targets);
    const [only, other] = results;
    if (only?.error !== undefined && other === undefined) throw only.error;
    const outcome = runOutcome("backup", facts, results);
    if (!chosen.isAdHoc || session.isTroubleOnly || outcome.exit !== 0) return outcome;
    const next = `Not proven yet. Prove it: dbsave verify latest --from ${args.to}`;
    return {
      ...outcome,
      text: (paint) => `${outcome.text(paint)}\n${other === undefined ? next : `${next} --target ...`}`,
    };
  },
);

/** The pipeline up to the committed backup: proving and pruning it are commands of their own. */
function backupOnly({ job, repository }: PipelineItem): PipelineItem {
  return { job: { ...job, verify: "off", retention: null }, repository };
}
