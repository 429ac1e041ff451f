import { DbsaveError, readRuns } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { openShelves } from "../places/open-shelves.ts";
import { placeOptions } from "../places/options.ts";
import { readRunRecord, runLinesText, runTable } from "../views/log-view.ts";

export const command = defineCommand(
  {
    positionals: {},
    options: {
      ...placeOptions,
      run: { type: "string", requiresArg: true, describe: "Everything that the runs whose id begins so did" },
      limit: { type: "number", requiresArg: true, default: 20, describe: "How many runs to look back" },
    },
    examples: [["$0 log --from ./backups --limit 5", "the last five runs, newest first"]],
  },
  async ({ run, limit, target, ...args }, session) => {
    if (!Number.isInteger(limit) || limit < 1) throw new DbsaveError("USAGE", "--limit is not a number of runs");
    await using shelves = await openShelves(args, session);
    const reading = shelves.repositories.map(({ storage }) =>
      readRuns(storage, run === undefined ? limit : 10_000, session.signal),
    );
    const records = (await Promise.all(reading)).flat().map(readRunRecord);
    const runs = records
      .filter((record) => target === undefined || record.target === target)
      .filter(({ id }) => run === undefined || id.startsWith(run))
      .toSorted((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, run === undefined ? limit : records.length);
    if (run !== undefined && runs.length === 0) {
      throw new DbsaveError("USAGE", `${shelves.places.join(", ")}: no run "${run}"`, { hint: "See `dbsave log`." });
    }
    return {
      json: { type: "log", runs: runs.map(({ lines, ...facts }) => (run === undefined ? facts : { ...facts, lines })) },
      text: (paint) => {
        if (runs.length === 0) return `No runs recorded in ${shelves.places.join(", ")} yet.`;
        return run === undefined ? runTable(runs, paint) : runLinesText(runs, paint);
      },
    };
  },
);
