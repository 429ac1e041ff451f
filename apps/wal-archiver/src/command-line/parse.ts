import { parseArgs } from "node:util";
import { DbsaveError, didYouMean } from "@dbsave/core";
import type { Arguments, Command } from "../command.ts";
import { type CommandEntry, commands } from "../commands.ts";
import { commonOptions } from "./common-options.ts";

/** The command that `argv` begins with. USAGE, with the nearest known word. */
export function commandOf(argv: readonly string[]): CommandEntry {
  const [word = ""] = argv;
  const entry = commands.find(({ usage }) => nameOf(usage) === word);
  if (entry !== undefined) return entry;
  const names = commands.map(({ usage }) => nameOf(usage));
  const meant = didYouMean(word, names);
  throw wrong(`no command is called "${word}"${meant === undefined ? "" : `: did you mean ${meant}?`}`);
}

/** What the words and options behind the name of a command say. USAGE for what is not understood. */
export function argumentsOf({ usage }: CommandEntry, command: Command, argv: readonly string[]): Arguments {
  const wanted = [...usage.matchAll(/<(\w+)>/g)].map(([, name = ""]) => name);
  const { values, positionals } = understand(argv, command);
  if (positionals.length !== wanted.length) throw wrong(`expected: dbsave-wal ${usage}`);
  const words = Object.fromEntries(wanted.map((name, index) => [name, positionals[index] ?? ""]));
  return { words, options: values };
}

function understand(argv: readonly string[], command: Command) {
  const options = { ...commonOptions, ...command.options };
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { values: parsed.values as Arguments["options"], positionals: parsed.positionals };
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function nameOf(usage: string): string {
  return usage.split(" ")[0] ?? usage;
}

function wrong(what: string, cause?: unknown): DbsaveError {
  return new DbsaveError("USAGE", what, { cause, hint: "See dbsave-wal --help." });
}
