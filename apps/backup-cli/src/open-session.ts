import { tmpdir } from "node:os";
import { createInterface } from "node:readline/promises";
import { hostServers, hostTools } from "@dbsave/exec";
import type { GlobalArguments } from "./global-options.ts";
import { barReporter } from "./output/bar-reporter.ts";
import { eventReporter, logReporter } from "./output/log-reporter.ts";
import { paintFor } from "./output/paint.ts";
import { type Loudness, type Reporter, silent } from "./output/reporter.ts";
import type { Parsed } from "./parse.ts";
import type { Session } from "./session.ts";

/** The session of this process: its terminal, environment, directory and clock. */
export function openSession({ command, args }: Parsed, signal: AbortSignal): Session {
  const { env, stdin, stderr, stdout } = process;
  const now = (): Date => new Date();
  const unattended = command.unattended === true && !stderr.isTTY;
  const reporter = chooseReporter(args, unattended, now);
  return {
    env,
    cwd: process.cwd(),
    config: args.config,
    interactive: stdin.isTTY && stderr.isTTY && !args.json,
    quiet: args.quiet,
    watched: stdout.isTTY || args.json,
    signal,
    reporter,
    run: {
      signal,
      tools: hostTools({ env }),
      servers: hostServers({ env }),
      scratchRoot: tmpdir(),
      now,
      report: (event) => reporter.event(event),
    },
    confirm: async (question) => {
      const terminal = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
      } finally {
        terminal.close();
      }
    },
  };
}

function chooseReporter(args: GlobalArguments, unattended: boolean, now: () => Date): Reporter {
  const { stderr } = process;
  const write = (line: string): void => {
    stderr.write(`${line}\n`);
  };
  const loudness = loudnessOf(args, unattended);
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

function loudnessOf({ quiet, verbose }: GlobalArguments, unattended: boolean): Loudness {
  if (verbose) return "detail";
  return quiet || unattended ? "trouble" : "normal";
}
