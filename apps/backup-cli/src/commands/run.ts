import { runPipeline } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { itemsByMethod } from "../places/by-method.ts";
import { chooseTargets } from "../places/choose-targets.ts";
import { openItems } from "../places/open-items.ts";
import { runOutcome } from "../views/run-view.ts";

export const command = defineCommand(
  {
    positionals: { targets: { type: "string", array: true, describe: "Targets of the configuration [all]" } },
    options: {
      method: { type: "string", requiresArg: true, describe: "Only by this method, for the targets that have it" },
    },
    unattended: true,
    needsScratch: true,
    examples: [
      ["$0 run", "in a crontab: silent while all is well"],
      ["$0 run --method physical", "at night, where logical backups are taken every hour"],
    ],
  },
  async ({ targets: names = [], method }, session) => {
    await using opened = await openItems(await chooseTargets(names, {}, session), session);
    const { targets, ...facts } = await runPipeline(itemsByMethod(opened.items, method, names), {
      ...session.run,
      command: "dbsave run",
    });
    return runOutcome("run", facts, opened.results(targets));
  },
);
