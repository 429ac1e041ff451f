import yargs, { type Argv, type Options } from "yargs";
import type { Command } from "../command.ts";
import { commands } from "../commands.ts";
import { type GlobalArguments, globalOptions } from "./global-options.ts";

/** A command line that was understood. */
export interface Parsed {
  readonly command: Command;
  readonly args: GlobalArguments & Readonly<Record<string, unknown>>;
}

const exitStatuses =
  "Exit status: 0 ok, 1 failed, 2 usage or configuration, 3 some targets failed,\n" +
  "4 not proven, 5 warnings, 10 no repository, 11 locked, 12 wrong key,\n" +
  "13 stopped by a guard, 129, 130 or 143 stopped by a signal.";

/**
 * What `argv` asks for; undefined when it asked for help or the version, which are printed then. USAGE for what is not
 * understood, with the nearest known word. Only the command that is named gets loaded.
 */
export async function parse(argv: readonly string[], version: string): Promise<Parsed | undefined> {
  let named: { readonly name: string; readonly words: readonly string[]; readonly command: Command } | undefined;
  let parsed: Parsed | undefined;
  const parser = base(version);
  for (const entry of commands) {
    const { usage, summary } = entry;
    const builder = async (own: Argv): Promise<Argv> => {
      const { command } = await entry.load();
      const [name = "", ...words] = usage.split(" ");
      named = { name, words, command };
      return accept(own, command);
    };
    const handler = (args: object): void => {
      if (named !== undefined) parsed = { command: named.command, args: args as Parsed["args"] };
    };
    parser.command({ command: usage, describe: summary, builder, handler });
  }
  try {
    const words = argv.map((word) => (word === "--no-progress" ? "--progress=none" : word));
    await parser.parseAsync(words[0] === "help" ? [...words.slice(1), "--help"] : words);
    refuseRepeated(parsed);
    return parsed;
  } catch (error) {
    if (!isComplaint(error)) throw error;
    const { usageError } = await import("./usage-error.ts");
    const options = Object.keys({ ...globalOptions, ...named?.command.options });
    throw usageError(error.message, {
      command: named?.name,
      words: named?.words ?? [],
      commands: commands.map(({ usage }) => nameOf(usage)),
      options,
    });
  }
}

/** What the parser does not understand, told apart from the errors of what was loaded. */
class Complaint extends Error {}

/** Some the parser throws past its handler of failures. */
function isComplaint(error: unknown): error is Error {
  return error instanceof Complaint || (error instanceof Error && error.name === "YError");
}

function base(version: string): Argv {
  const parser = yargs()
    .scriptName("dbsave")
    .locale("en")
    .usage("dbsave: take, prove, rotate and restore database backups\n\nUsage: $0 <command> [options]")
    .parserConfiguration({ "greedy-arrays": false, "dot-notation": false })
    .options(globalOptions)
    .help()
    .version(version)
    .strict()
    .exitProcess(false)
    .demandCommand(1, "no command was given")
    .epilogue(exitStatuses)
    .fail((complaint, error) => {
      throw error ?? new Complaint(complaint);
    });
  return parser.wrap(Math.min(110, parser.terminalWidth() || 100));
}

function accept(own: Argv, { positionals, options, examples }: Command): Argv {
  for (const [name, positional] of Object.entries(positionals)) own.positional(name, positional);
  return own
    .options(options)
    .group(Object.keys(options), "Options:")
    .group([...Object.keys(globalOptions), "help", "version"], "With every command:")
    .example(examples.map(([line, explained]) => [line, explained]))
    .epilogue("");
}

/** `--to a --to b` must not silently mean one of them. */
function refuseRepeated(parsed: Parsed | undefined): void {
  if (parsed === undefined) return;
  const options: Readonly<Record<string, Options>> = { ...globalOptions, ...parsed.command.options };
  for (const [name, { array }] of Object.entries(options)) {
    if (array !== true && Array.isArray(parsed.args[name])) throw new Complaint(`--${name} was given more than once`);
  }
}

function nameOf(usage: string): string {
  return usage.split(" ", 1).join("");
}
