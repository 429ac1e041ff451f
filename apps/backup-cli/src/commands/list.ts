import { type CatalogEntry, readCatalog } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import { counted } from "../output/quantities.ts";
import { archivedLogs } from "../places/archived-logs.ts";
import { shelvesOf } from "../places/choose-shelf.ts";
import { openShelves } from "../places/open-shelves.ts";
import { methodFilter, placeOptions } from "../places/options.ts";
import { archivedLogsText } from "../views/archived-log-view.ts";
import { type BackupRow, backupJson, backupTable, damagedJson } from "../views/backup-view.ts";

export const command = defineCommand(
  {
    positionals: {},
    options: { ...placeOptions, ...methodFilter },
    examples: [["$0 list --from ./backups", "the backups in that repository, newest first"]],
  },
  async (args, session) => {
    await using shelves = await openShelves(args, session);
    const { signal } = session;
    const chosen = shelvesOf(shelves, args.target);
    const catalogs = await Promise.all(chosen.map(({ repository, target }) => readCatalog(repository, target, signal)));
    const wanted = ({ manifest }: CatalogEntry): boolean => (args.method ?? manifest.method) === manifest.method;
    const good = catalogs
      .flatMap(({ entries }) => entries.filter(wanted))
      .map((entry) => ({ ...entry.manifest, entry }));
    const damaged = catalogs.flatMap((catalog) => catalog.damaged.map((each) => ({ ...each, target: catalog.target })));
    const unfinished = catalogs.flatMap((catalog) => catalog.unfinished.map((id) => ({ id, target: catalog.target })));
    const logs = args.method === "logical" ? [] : await archivedLogs(chosen, session);
    const rows: readonly BackupRow[] = [...good, ...damaged].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    return {
      json: {
        type: "backups",
        backups: good.toSorted((a, b) => (a.id < b.id ? 1 : -1)).map(({ entry }) => backupJson(entry)),
        damaged: damaged.map(damagedJson),
        unfinished,
        logs,
      },
      text: (paint) =>
        [
          rows.length === 0 ? emptyText(shelves.places) : backupTable(rows, session.run.now(), paint),
          archivedLogsText(logs, session.run.now(), paint),
          unfinishedText(unfinished.length),
        ]
          .filter((part) => part !== "")
          .join("\n\n"),
    };
  },
);

function emptyText(places: readonly string[]): string {
  return `No backups in ${places.join(", ")} yet.\nTake one: dbsave backup <database> --to <repository>, or with a configuration: dbsave run`;
}

function unfinishedText(count: number): string {
  if (count === 0) return "";
  return `${counted(count, "unfinished folder")}: a run that is going on, or one that was interrupted. The next prune after a day cleans up.`;
}
