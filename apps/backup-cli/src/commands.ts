import type { Command } from "./command.ts";

interface CommandEntry {
  readonly usage: string;
  readonly summary: string;
  /** Only the command that runs is loaded, with what it needs. */
  load(): Promise<{ readonly command: Command }>;
}

/** Every command, in the order of a backup's life. */
export const commands: readonly CommandEntry[] = [
  {
    usage: "init [source]",
    summary: "Write a first dbsave.yaml and make its repository",
    load: () => import("./commands/init.ts"),
  },
  {
    usage: "doctor [sources..]",
    summary: "Check everything a backup will need, and say what to do",
    load: () => import("./commands/doctor.ts"),
  },
  {
    usage: "save [sources..]",
    summary: "Make a database's memory durable, with proof",
    load: () => import("./commands/save.ts"),
  },
  {
    usage: "backup [sources..]",
    summary: "Take a backup now",
    load: () => import("./commands/backup.ts"),
  },
  {
    usage: "verify [backup]",
    summary: "Prove a backup: hashes, structure, a restore that is compared",
    load: () => import("./commands/verify.ts"),
  },
  {
    usage: "restore [backup]",
    summary: "Bring a backup back, and compare it with what was backed up",
    load: () => import("./commands/restore.ts"),
  },
  {
    usage: "list",
    summary: "The backups there are, and which moments can be recovered",
    load: () => import("./commands/list.ts"),
  },
  {
    usage: "show [backup]",
    summary: "Everything about one backup: files, proofs, why it is kept",
    load: () => import("./commands/show.ts"),
  },
  {
    usage: "export [backup]",
    summary: "Copy a backup as plain files, checked, readable without dbsave",
    load: () => import("./commands/export.ts"),
  },
  {
    usage: "inspect [what]",
    summary: "Look into a database (tables, sizes, rows), or into a backup",
    load: () => import("./commands/inspect.ts"),
  },
  {
    usage: "prune",
    summary: "Delete the backups that the retention policy no longer keeps, and their archived log",
    load: () => import("./commands/prune.ts"),
  },
  {
    usage: "pin <backup>",
    summary: "Keep a backup from every prune",
    load: () => import("./commands/pin.ts"),
  },
  {
    usage: "unpin <backup>",
    summary: "Give a pinned backup back to the retention policy",
    load: () => import("./commands/unpin.ts"),
  },
  {
    usage: "status",
    summary: "Is every target backed up and proven? The exit status says so, too",
    load: () => import("./commands/status.ts"),
  },
  {
    usage: "healthcheck",
    summary: "The same question in one line, for Docker and monitoring",
    load: () => import("./commands/healthcheck.ts"),
  },
  {
    usage: "log",
    summary: "What the last runs did",
    load: () => import("./commands/log.ts"),
  },
  {
    usage: "run [targets..]",
    summary: "The whole pipeline for cron: save, back up, verify, guard, prune",
    load: () => import("./commands/run.ts"),
  },
];
