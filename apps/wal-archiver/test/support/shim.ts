import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Cluster } from "./cluster.ts";
import { dbsaveWal } from "./dbsave-wal.ts";

interface ShimEnded {
  /** Null when a signal ended it. */
  readonly status: number | null;
  /** What stands in the server's log. */
  readonly stderr: string;
}

export interface Shim {
  start(path: string): { readonly child: ChildProcess; readonly ended: Promise<ShimEnded> };
  /** Started and ended. */
  run(path: string): Promise<ShimEnded>;
}

/** The script that `dbsave-wal shim` prints, started as a server does: by a shell, in the data directory. */
export async function shimOf(cluster: Cluster, shell: readonly string[] = ["/bin/sh"]): Promise<Shim> {
  const script = join(cluster.directory, "../shim.sh");
  const { stdout: text } = await dbsaveWal(["shim", "--spool", cluster.spool], cluster.directory);
  writeFileSync(script, text);
  const [command = "", ...args] = shell;
  const start: Shim["start"] = (path) => {
    const child = spawn(command, [...args, script, path], {
      cwd: cluster.directory,
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    return { child, ended: once(child, "close").then(([status]) => ({ status: status as number | null, stderr })) };
  };
  return { start, run: async (path) => await start(path).ended };
}
