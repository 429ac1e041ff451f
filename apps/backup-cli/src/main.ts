import { parse } from "./command-line/parse.ts";
import { shortHelp } from "./command-line/short-help.ts";
import type { Outcome } from "./outcome.ts";
import { harmless } from "./output/harmless.ts";
import { paintFor } from "./output/paint.ts";
import type { Reporter } from "./output/reporter.ts";
import { print, surviveClosedReaders } from "./output/standard-streams.ts";
import { listenForSignals } from "./session/signals.ts";

/** Runs one command line and sets the exit status. The process then ends by itself: nothing may be left to do. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  surviveClosedReaders();
  let reporter: Reporter | undefined;
  const interruption = listenForSignals((message) => reporter?.tell("warning", message));
  const { signal } = interruption;
  const asJson = argv.includes("--json");
  let status: number;
  try {
    const outcome = await perform(argv, version, signal, (opened) => {
      reporter = opened;
    });
    if (outcome !== undefined) await print(asJson ? `${JSON.stringify(outcome.json)}\n` : textOf(outcome));
    status = outcome?.exit ?? 0;
  } catch (error) {
    const { failureOutcome } = await import("./failure.ts");
    const failure = failureOutcome(error, signal);
    if (asJson) await print(`${JSON.stringify(failure.json)}\n`).catch(() => undefined);
    else process.stderr.write(harmless(`${failure.text(paintFor(process.stderr))}\n`));
    status = failure.exit ?? 1;
  }
  process.exitCode = interruption.status ?? status;
}

async function perform(
  argv: readonly string[],
  version: string,
  signal: AbortSignal,
  use: (reporter: Reporter) => void,
): Promise<Outcome | undefined> {
  if (argv.every((word) => word === "--json")) return nothingAsked;
  const parsed = await parse(argv, version);
  if (parsed === undefined) return undefined;
  const { openSession } = await import("./session/open-session.ts");
  const session = await openSession(parsed, signal);
  use(session.reporter);
  try {
    const outcome = await parsed.command.run(parsed.args as never, session);
    return outcome.isCalm === true && session.isTroubleOnly ? { ...outcome, text: () => "" } : outcome;
  } finally {
    session.reporter.close();
  }
}

/** Not 0: a script that runs into this did not mean to ask for help. */
const nothingAsked: Outcome = { exit: 2, json: { type: "help", text: shortHelp }, text: () => shortHelp };

function textOf(outcome: Outcome): string {
  const text = outcome.text(paintFor(process.stdout));
  return text === "" ? "" : harmless(`${text}\n`);
}
