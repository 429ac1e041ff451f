import type { TargetConfig } from "@dbsave/config";
import { type DbsaveError, exitOfRun, phase, type SaveReport, toDbsaveError, withContext } from "@dbsave/core";
import { defineCommand } from "../command.ts";
import type { Paint } from "../output/paint.ts";
import { sourceOptions } from "../places/detected-source.ts";
import { liveTargets } from "../places/live-targets.ts";
import type { Session } from "../session/session.ts";

interface Saved {
  readonly target: string;
  readonly warnings: string[];
  readonly report?: SaveReport;
  readonly error?: DbsaveError;
}

export const command = defineCommand(
  {
    positionals: {
      sources: { type: "string", array: true, describe: "Targets of the configuration [all], paths or URLs" },
    },
    options: sourceOptions,
    needsScratch: true,
    examples: [
      ["$0 save ./app.db", "without any configuration"],
      ["$0 save docker:pg", "PostgreSQL in a container"],
    ],
  },
  async ({ sources = [], source, engine }, session) => {
    const results: Saved[] = [];
    for (const target of await liveTargets(sources, { source, engine }, session))
      results.push(await saved(target, session));
    const [only, other] = results;
    if (only?.error !== undefined && other === undefined) throw only.error;
    return {
      exit: exitOfRun(results),
      json: {
        type: "save",
        targets: results.map(({ target, report, error }) => ({ target, ...report, error: error?.toJSON() })),
      },
      text: (paint) => results.map((result) => savedText(result, paint)).join("\n"),
    };
  },
);

/** One target that fails never stops the others. */
async function saved(target: TargetConfig, session: Session): Promise<Saved> {
  const { name } = target;
  try {
    await using open = await target.open();
    const { engine } = open.job;
    const report = await phase(session.run, name, "save", async () => {
      const value = await withContext(session.run, name, "save", (ctx) => engine.save(ctx));
      return { value, message: value.proof };
    });
    return { target: name, warnings: [], report };
  } catch (error) {
    return {
      target: name,
      warnings: [],
      error: toDbsaveError(error, "SAVE_FAILED", `save of ${name}`, session.signal),
    };
  }
}

function savedText({ target, report, error }: Saved, paint: Paint): string {
  if (error !== undefined) return `${target} ${paint("red", "FAILED")}: ${error.message}\n  ${error.hint}`;
  return `${target} ${paint("green", "saved")}: ${report?.proof}`;
}
