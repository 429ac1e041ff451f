import { defineCommand } from "../command.ts";
import { maxAgeOption, parseMaxAge } from "../command-line/max-age.ts";
import { formatAge } from "../output/quantities.ts";
import { type ArchivedLog, archivedLogs } from "../places/archived-logs.ts";
import { shelvesOf } from "../places/choose-shelf.ts";
import { openShelves } from "../places/open-shelves.ts";
import { methodFilter, placeOptions } from "../places/options.ts";
import { isAlarm } from "../views/archived-log-view.ts";
import { type Standing, standingJson, standingsOf } from "../views/freshness-view.ts";

export const command = defineCommand(
  {
    positionals: {},
    options: { ...placeOptions, ...methodFilter, ...maxAgeOption },
    examples: [["$0 healthcheck --from /backups", "exit 0 healthy, 1 not: as Docker's HEALTHCHECK wants it"]],
  },
  async (args, session) => {
    const maxAgeMs = parseMaxAge(args.maxAge);
    await using shelves = await openShelves(args, session);
    const standings = await standingsOf(shelvesOf(shelves, args.target), { maxAgeMs, method: args.method }, session);
    const logs = args.method === "logical" ? [] : await archivedLogs(shelvesOf(shelves, args.target), session);
    const healthy = standings.length > 0 && standings.every(({ verdict }) => verdict === "ok") && !logs.some(isAlarm);
    return {
      exit: healthy ? 0 : 1,
      isCalm: healthy,
      json: { type: "healthcheck", healthy, maxAgeMs, targets: standings.map(standingJson), logs },
      text: (paint) => {
        const word = healthy ? paint("green", "healthy") : paint("red", "unhealthy");
        const all = [...standings.map(describe), ...logs.filter(isAlarm).map(describeAlarms)];
        return `${word}: ${all.join("; ") || "no backups yet"}`;
      },
    };
  },
);

function describeAlarms({ target, findings }: ArchivedLog): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  return `${target}: ${errors.map(({ object, message }) => `${object} ${message}`).join(", ")}`;
}

function describe({ target: name, method, verdict, newestAgeMs, provenAgeMs }: Standing): string {
  const target = method === null ? name : `${name} (${method})`;
  if (newestAgeMs === null) return `${target} has no backup`;
  if (verdict === "stale") return `${target} was last backed up ${formatAge(newestAgeMs)} ago`;
  if (provenAgeMs === null) return `${target} was never proven`;
  return `${target} proven ${formatAge(provenAgeMs)} old`;
}
