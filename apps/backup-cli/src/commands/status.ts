import { defineCommand } from "../command.ts";
import { maxAgeOption, parseMaxAge } from "../command-line/max-age.ts";
import { type ArchivedLog, archivedLogs } from "../places/archived-logs.ts";
import { shelvesOf } from "../places/choose-shelf.ts";
import { openShelves } from "../places/open-shelves.ts";
import { methodFilter, placeOptions } from "../places/options.ts";
import { archivedLogsText, isAlarm } from "../views/archived-log-view.ts";
import { type Standing, standingJson, standingsOf, standingTable } from "../views/freshness-view.ts";

export const command = defineCommand(
  {
    positionals: {},
    options: { ...placeOptions, ...methodFilter, ...maxAgeOption },
    examples: [
      ["$0 status --max-age 8d", "exit 0 only when every target was restored and compared in the last 8 days"],
      ["$0 status --method physical --max-age 8d", "the same for what is taken weekly, beside hourly logical backups"],
    ],
  },
  async (args, session) => {
    const maxAgeMs = parseMaxAge(args.maxAge);
    await using shelves = await openShelves(args, session);
    const standings = await standingsOf(shelvesOf(shelves, args.target), { maxAgeMs, method: args.method }, session);
    const logs = args.method === "logical" ? [] : await archivedLogs(shelvesOf(shelves, args.target), session);
    const exit = exitOf(standings, logs);
    return {
      exit,
      isCalm: exit === 0,
      json: { type: "status", maxAgeMs, targets: standings.map(standingJson), logs },
      text: (paint) =>
        standings.length === 0
          ? `No backups in ${shelves.places.join(", ")} yet.\nTake one: dbsave backup <database> --to <repository>, or with a configuration: dbsave run`
          : [standingTable(standings, paint), archivedLogsText(logs, session.run.now(), paint)]
              .filter(Boolean)
              .join("\n\n"),
    };
  },
);

/** 1: something has no recent backup, an archived log is an alarm, or there is nothing at all. 4: there are recent backups, but not all are proven. */
function exitOf(standings: readonly Standing[], logs: readonly ArchivedLog[]): number {
  if (standings.length === 0 || logs.some(isAlarm) || standings.some(({ verdict }) => verdict === "stale")) return 1;
  return standings.some(({ verdict }) => verdict === "unproven") ? 4 : 0;
}
