import { commandHelp, overview } from "./command-line/help.ts";
import { argumentsOf, commandOf } from "./command-line/parse.ts";
import type { CommandEntry } from "./commands.ts";
import { failureText } from "./failure.ts";
import { listenForSignals } from "./session/signals.ts";
import { print, surviveClosedReaders } from "./session/standard-streams.ts";

/** Runs one command line and sets the exit status. The process then ends by itself: nothing may be left to do. */
export async function main(argv: readonly string[], version: string): Promise<void> {
  surviveClosedReaders();
  const [first = "help"] = argv;
  if (first === "--version") await finish(0, `${version}\n`);
  else if (first === "help" || first === "--help" || first === "-h") await finish(0, overview());
  else await perform(argv);
}

async function perform(argv: readonly string[]): Promise<void> {
  let entry: CommandEntry;
  try {
    entry = commandOf(argv);
  } catch (error) {
    tell(failureText(error).text);
    process.exitCode = 2;
    return;
  }
  const { command } = await entry.load();
  const interruption = listenForSignals((signalNumber) => command.stopped(signalNumber));
  const { env } = process;
  try {
    const args = argumentsOf(entry, command, argv.slice(1));
    if (args.options["help"] === true) return await finish(0, commandHelp(entry, command));
    const session = { env, cwd: process.cwd(), signal: interruption.signal, print, tell };
    process.exitCode = await command.run(args, session);
  } catch (error) {
    const { code, text } = failureText(error, interruption.signal);
    tell(text);
    process.exitCode = command.failed(code);
  }
  if (interruption.signalNumber !== undefined) process.exitCode = command.stopped(interruption.signalNumber);
}

async function finish(status: number, text: string): Promise<void> {
  await print(text);
  process.exitCode = status;
}

function tell(line: string): void {
  process.stderr.write(`dbsave-wal: ${line}\n`);
}
