import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { PostgresTarget } from "./postgres-target.ts";

const entry = fileURLToPath(import.meta.resolve("@dbsave/wal-archiver/dist/dbsave-wal.js"));

/** Starts the built `dbsave-wal receive` for the target until the test is over. */
export function startReceiving({ cwd, server }: PostgresTarget): void {
  const spool = join(cwd, "received");
  mkdirSync(spool);
  const child = spawn(process.execPath, [entry, "receive", "--create-slot", "--target", "app", "--spool", spool], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, APP_PASSWORD: server.password },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "close");
  });
}

/** Archives a file of WAL by the built `dbsave-wal push`. */
export function pushWal({ cwd }: PostgresTarget, path: string): void {
  execFileSync(process.execPath, [entry, "push", "--target", "app", path], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd },
  });
}
