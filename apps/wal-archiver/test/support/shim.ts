import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";
import type { Archive, Cluster } from "./cluster.ts";
import { dbsaveWal, entry } from "./dbsave-wal.ts";

interface Shell {
  readonly name: string;
  readonly words: readonly string[];
}

const sh: Shell = { name: "sh", words: ["/bin/sh"] };

/** That of this machine, and that of the Alpine images. */
export const shells: readonly Shell[] = [sh, { name: "busybox", words: ["busybox", "sh"] }];

/** Skips the test where there is no such shell. */
export function needs({ name, words }: Shell, test: Pick<TestContext, "skip">): void {
  if (spawnSync(String(words[0]), ["-c", "true"]).error !== undefined) test.skip(`needs ${name}`);
}

interface ShimEnded {
  /** Null when a signal ended it. */
  readonly status: number | null;
  /** What stands in the server's log. */
  readonly stderr: string;
}

export interface Shim {
  start(...words: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<ShimEnded> };
  /** Started and ended. */
  run(...words: readonly string[]): Promise<ShimEnded>;
}

interface ShimOptions {
  readonly shell?: Shell;
  /** For `dbsave-wal shim`. @default those of the cluster's spool */
  readonly words?: readonly string[];
  /** Before other programs. */
  readonly programs?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly edit?: (text: string) => string;
}

/** The script that `dbsave-wal shim` prints, started as a server does: by a shell, in the data directory. */
export async function shimOf(cluster: Cluster, options: ShimOptions = {}): Promise<Shim> {
  const { shell = sh, words = ["--spool", cluster.spool], programs, edit = (text) => text } = options;
  const script = join(cluster.directory, "../shim.sh");
  const printed = await dbsaveWal(["shim", ...words], cluster.directory);
  if (printed.status !== 0) throw new Error(printed.stderr);
  writeFileSync(script, edit(printed.stdout));
  const [command = "", ...args] = shell.words;
  const path = process.env["PATH"] ?? "";
  const env = { ...options.env, PATH: programs === undefined ? path : `${programs}:${path}` };
  const start: Shim["start"] = (...given) => {
    const child = spawn(command, [...args, script, ...given], {
      cwd: cluster.directory,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    return { child, ended: once(child, "close").then(([status]) => ({ status: status as number | null, stderr })) };
  };
  return { start, run: async (...given) => await start(...given).ended };
}

/** A directory with a `dbsave-wal` in it: as it is installed, or what `text` makes of it. */
export function installed(archive: Archive, text?: string): string {
  const directory = join(archive.directory, "../programs");
  mkdirSync(directory, { recursive: true });
  const usual = `exec "${process.execPath}" --conditions=@dbsave/source "${entry}" "$@"`;
  const program = join(directory, "dbsave-wal");
  writeFileSync(program, `#!/bin/sh\n${text ?? usual}\n`);
  chmodSync(program, 0o755);
  return directory;
}
