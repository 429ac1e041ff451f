import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { hostTools, throwAwayServers } from "@dbsave/exec";
import type { GlobalArguments } from "../command-line/global-options.ts";
import type { Parsed } from "../command-line/parse.ts";
import { barReporter } from "../output/bar-reporter.ts";
import { harmless } from "../output/harmless.ts";
import { eventReporter, logReporter } from "../output/log-reporter.ts";
import { paintFor } from "../output/paint.ts";
import { type Loudness, type Reporter, silent } from "../output/reporter.ts";
import { confirm } from "./confirm.ts";
import type { Session } from "./session.ts";
import { usableScratch } from "./usable-scratch.ts";

/** The session of this process: its terminal, environment, directory and clock. OPTIONS_INVALID for an unusable `--scratch`. */
export async function openSession({ command, args }: Parsed, signal: AbortSignal): Promise<Session> {
  const { env, stdin, stderr, stdout } = process;
  const now = (): Date => new Date();
  const isUnattended = command.unattended === true && !stdout.isTTY && !stderr.isTTY;
  const loudness = loudnessOf(args, isUnattended);
  const reporter = chooseReporter(args, loudness, now);
  const cwd = process.cwd();
  let scratchRoot =
    args.scratch === undefined ? tmpdir() : await usableScratch(resolve(cwd, args.scratch), "--scratch");
  return {
    env,
    cwd,
    config: args.config,
    isInteractive: stdin.isTTY && stderr.isTTY && !args.json,
    isTroubleOnly: loudness === "trouble",
    signal,
    reporter,
    run: {
      signal,
      tools: hostTools({ env }),
      get servers() {
        return throwAwayServers({ env, root: scratchRoot });
      },
      get scratchRoot() {
        return scratchRoot;
      },
      now,
      report: (event) => reporter.event(event),
    },
    async follow({ scratch }) {
      if (scratch === null || args.scratch !== undefined) return;
      scratchRoot = command.needsScratch ? await usableScratch(scratch, "scratch of the configuration") : scratch;
    },
    confirm: (question) => confirm(question, signal),
  };
}

function chooseReporter(args: GlobalArguments, loudness: Loudness, now: () => Date): Reporter {
  const { stderr } = process;
  const write = (line: string): void => {
    stderr.write(harmless(`${line}\n`));
  };
  const automatic = args.json ? "none" : stderr.isTTY && args.logFormat === "text" ? "bar" : "log";
  switch (args.progress === "auto" ? automatic : args.progress) {
    case "bar":
      return barReporter(stderr, paintFor(stderr), loudness);
    case "log":
      return logReporter(write, { format: args.logFormat, loudness, now });
    case "json":
      return eventReporter(write, now);
    case "none":
      return silent;
  }
}

function loudnessOf({ quiet, verbose }: GlobalArguments, isUnattended: boolean): Loudness {
  if (verbose) return "detail";
  return quiet || isUnattended ? "trouble" : "normal";
}
