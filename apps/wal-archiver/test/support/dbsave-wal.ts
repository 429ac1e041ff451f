import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Archive } from "./cluster.ts";

export const entry: string = fileURLToPath(new URL("../../src/dbsave-wal.ts", import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has written `text` to standard error; fails when it ends without. */
  readonly says: (text: string) => Promise<void>;
}

/** Starts the command on the sources, with an environment as poor as a server's; killed if the test ends before it does. */
export function start(args: readonly string[], cwd: string, more: Readonly<Record<string, string>> = {}): Started {
  const env = { PATH: process.env["PATH"] ?? "", ...more };
  const child = spawn(process.execPath, ["--conditions=@dbsave/source", entry, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    for (const watch of watchers) watch();
  });
  const ended = once(child, "close").then(
    ([status, signal]): Ended => ({
      status: status as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout,
      stderr,
    }),
  );
  const says = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (stderr.includes(words)) resolve();
      };
      watchers.add(watch);
      watch();
      ended.then(() => reject(new Error(`it ended without saying ${words}: ${stderr}`)), reject);
    });
  return { child, ended, says };
}

/** A daemon for the target of a cluster, once it is ready. */
export async function startDaemon(cluster: Archive, ...options: readonly string[]): Promise<Started> {
  const started = start(
    ["daemon", "--config", cluster.config, "--spool", cluster.spool, ...options],
    cluster.directory,
  );
  await started.says("archives what comes through");
  return started;
}

export async function dbsaveWal(args: readonly string[], cwd: string): Promise<Ended> {
  return await start(args, cwd).ended;
}
