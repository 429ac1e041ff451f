import type { Command } from "./command.ts";

export interface CommandEntry {
  /** The name, and the words that must follow it. */
  readonly usage: string;
  readonly summary: string;
  /** Only the command that runs is loaded, with what it needs. */
  load(): Promise<{ readonly command: Command }>;
}

export const commands: readonly CommandEntry[] = [
  {
    usage: "push <path>",
    summary: "Archive one file of pg_wal: archive_command = 'dbsave-wal push --target orders %p'",
    load: () => import("./commands/push.ts"),
  },
  {
    usage: "admit <path>",
    summary: "Let a server archive into a log that was another one's: once, after an upgrade or initdb",
    load: () => import("./commands/admit.ts"),
  },
];
