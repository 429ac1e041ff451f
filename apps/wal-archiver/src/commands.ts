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
    usage: "fetch <name> <path>",
    summary: "Bring one file back, for the restore_command that shim --for fetch prints",
    load: () => import("./commands/fetch.ts"),
  },
  {
    usage: "daemon",
    summary: "Archive what the shim hands over, several files at once, and look ahead",
    load: () => import("./commands/daemon.ts"),
  },
  {
    usage: "shim",
    summary: "Print the script that a server calls: archive_command = '/path/of/it %p'",
    load: () => import("./commands/shim.ts"),
  },
  {
    usage: "receive",
    summary: "Read the WAL from the server as it is written, with a slot: no change of its configuration",
    load: () => import("./commands/receive.ts"),
  },
  {
    usage: "status",
    summary: "Is the daemon there, does it archive, how far is it behind? The exit status says so, too",
    load: () => import("./commands/status.ts"),
  },
  {
    usage: "admit <path>",
    summary: "Let a server archive into a log that was another one's: once, after an upgrade or initdb",
    load: () => import("./commands/admit.ts"),
  },
];
