import type { Command } from "../command.ts";
import { type CommandEntry, commands } from "../commands.ts";
import { commonOptions } from "./common-options.ts";

/** What there is. */
export function overview(): string {
  const lines = commands.map(({ usage, summary }) => [usage, summary] as const);
  return `dbsave-wal: the log of a PostgreSQL server, archived and brought back\n\n${table(lines)}\n
dbsave-wal <command> --help tells more; --version the version.\n`;
}

/** What one command takes. */
export function commandHelp({ usage, summary }: CommandEntry, command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(
    ([name, { type, describe }]) => [`--${name}${type === "string" ? " <value>" : ""}`, describe] as const,
  );
  return `dbsave-wal ${usage}\n${summary}\n\n${table(options)}\n`;
}

function table(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
