import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openRepository } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import type { FrozenWal } from "./frozen-wal.ts";

/** One way to archive. */
export interface Archiver {
  readonly name: string;
  /** For bash, with the path of a segment behind it. */
  readonly command: string;
  /** Below the folder of the bench; made anew for each round. */
  readonly places: readonly string[];
  /** Before the clock runs. */
  readonly prepare: () => Promise<AsyncDisposable>;
}

const dbsaveWal = fileURLToPath(import.meta.resolve("../../../apps/wal-archiver/dist/dbsave-wal.js"));
const nothing: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} };

/** dbsave first. Each writes zstd of level 3 to the same file system. */
export function archivers(
  frozen: FrozenWal,
  folder: string,
  stanzaCreate: (config: string) => void,
): readonly Archiver[] {
  const config = join(folder, "dbsave.yaml");
  const shim = join(folder, "shim.sh");
  const spool = join(folder, "spool");
  const repository = join(folder, "dbsave");
  const text = `version: 1\nstorages: { local: { type: fs, path: ${repository} } }\ntargets: { bench: { engine: postgres, host: none } }\n`;
  writeFileSync(config, text, { mode: 0o600 });
  writeFileSync(shim, execFileSync(process.execPath, [dbsaveWal, "shim", "--spool", spool]));
  const empty = async (): Promise<void> => {
    await (await openRepository(fsStorage({ path: repository }), { create: true }))[Symbol.asyncDispose]();
  };
  const peer = (name: string, options: string): Archiver => ({
    name,
    command: `pgbackrest --config=${folder}/pgbackrest.conf --stanza=bench ${options} archive-push`,
    places: ["pgbackrest", "pgbackrest-spool"],
    prepare: async () => {
      stanzaCreate(`${folder}/pgbackrest.conf`);
      return nothing;
    },
  });
  return [
    {
      name: "dbsave daemon",
      command: `sh ${shim}`,
      places: ["dbsave", "spool"],
      prepare: async () => {
        await empty();
        return await startDaemon(config, spool, join(frozen.dataDirectory, "pg_wal"));
      },
    },
    peer("pgbackrest async", "--archive-async --process-max=2"),
    peer("pgbackrest", ""),
    {
      name: "dbsave push",
      command: `${process.execPath} ${dbsaveWal} push --config ${config}`,
      places: ["dbsave"],
      prepare: async () => {
        await empty();
        return nothing;
      },
    },
  ];
}

async function startDaemon(config: string, spool: string, walDirectory: string): Promise<AsyncDisposable> {
  const args = [dbsaveWal, "daemon", "--config", config, "--spool", spool, "--pg-wal", walDirectory];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  while (!existsSync(join(spool, "alive"))) await setTimeout(20);
  return {
    async [Symbol.asyncDispose]() {
      console.log(`  the daemon's memory: ${peakMegabytes(child)} MB`);
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
}

function peakMegabytes({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
