import { defineCommand } from "../command.ts";
import { type Check, exitOfChecks, guarded, ok } from "../doctor/check.ts";
import { checkHost, checkScratch } from "../doctor/check-host.ts";
import { checkSource } from "../doctor/check-source.ts";
import { checkStorage } from "../doctor/check-storage.ts";
import type { AdHocArguments } from "../places/ad-hoc-targets.ts";
import { chooseTargets } from "../places/choose-targets.ts";
import { sourceOptions } from "../places/detected-source.ts";
import { configOf } from "../places/find-config.ts";
import { keyOptions, keysOf } from "../places/keys.ts";
import type { Session } from "../session/session.ts";
import { checksText, inOneLine, statementsText } from "../views/checks-view.ts";

export const command = defineCommand(
  {
    positionals: {
      sources: {
        type: "string",
        array: true,
        describe: "Targets of the configuration [all], or with --to paths and URLs",
      },
    },
    options: {
      ...sourceOptions,
      to: { type: "string", requiresArg: true, describe: "Repository for databases named by path or URL: a directory" },
      sql: { type: "boolean", default: false, describe: "Print only what an administrator of the server must run" },
      ...keyOptions,
    },
    needsScratch: true,
    examples: [
      ["$0 doctor", "everything in the configuration"],
      ["$0 doctor orders --sql", "what the role of the backup lacks, for psql"],
      ["$0 doctor ./app.db --to ./backups", "without any configuration"],
      ["$0 doctor docker:pg --to ./backups", "a container, and whether its data outlives it"],
    ],
  },
  async ({ sources = [], source, engine, to, sql, ...args }, session) => {
    const checks = await Array.fromAsync(everything(sources, { source, engine, to }, keysOf(args), session));
    if (sql)
      for (const check of checks) if (needsMoreThanSql(check)) session.reporter.tell("warning", inOneLine(check));
    return {
      exit: exitOfChecks(checks),
      json: { type: "doctor", checks },
      text: (paint) => (sql ? statementsText(checks) : checksText(checks, paint)),
    };
  },
);

/** Standard output has nothing of it, so it would stay unseen. */
function needsMoreThanSql({ severity, statements = [] }: Check): boolean {
  return severity === "error" && statements.length === 0;
}

async function* everything(
  sources: readonly string[],
  place: AdHocArguments,
  keys: ReturnType<typeof keysOf>,
  session: Session,
): AsyncGenerator<Check> {
  yield* guarded("this machine", () => checkHost(session));
  yield* guarded("configuration", async function* () {
    if (place.to === undefined) {
      const { files } = await configOf(session);
      yield ok("configuration", files.join(", "));
    }
    const { targets, isAdHoc } = await chooseTargets(sources, place, session);
    yield* guarded("scratch", () => checkScratch(session));
    const storages = new Map(targets.map(({ storage }) => [storage.description, storage]));
    for (const storage of storages.values())
      yield* guarded(`storage ${storage.description}`, () => checkStorage(storage, isAdHoc, session));
    for (const target of targets) yield* guarded(`target ${target.name}`, () => checkSource(target, keys, session));
  });
}
