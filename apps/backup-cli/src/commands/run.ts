import { runPipeline } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { chooseTargets } from "../places/choose-targets.ts";
import { openItems } from "../places/open-items.ts";
import { runOutcome } from "../views/run-view.ts";

export const command = defineCommand(
  {
    positionals: { targets: { type: "string", array: true, describe: "Targets of the configuration [all]" } },
    options: {},
    unattended: true,
    examples: [["$0 run", "in a crontab: silent while all is well"]],
  },
  async ({ targets: names = [] }, session) => {
    await using opened = await openItems(await chooseTargets(names, {}, session), session);
    const { targets, ...facts } = await runPipeline(opened.items, { ...session.run, command: "dbsave run" });
    return runOutcome("run", facts, [...opened.failed, ...targets]);
  },
);
