import { access, chown, lstat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest, RunContext } from "@dbsave/core";

/**
 * Writes the configuration files that are not in the data directory, because the source had them elsewhere, as Debian's packages do:
 * with what the server needs to replay the WAL, and closed to everybody but who may enter the directory and who has a password.
 */
export async function writeMissingSettings(directory: string, manifest: Manifest, ctx: RunContext): Promise<void> {
  const files = { "postgresql.conf": neededSettings(manifest), "pg_hba.conf": accessRules, "pg_ident.conf": "" };
  const owner = await lstat(directory);
  const written: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    if (await exists(path)) continue;
    await writeFile(path, text, { mode: 0o600, flag: "wx" });
    if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
    written.push(name);
  }
  if (written.length === 0) return;
  const message = `the backup does not hold ${written.join(", ")}, which the source keeps outside of its data directory: minimal ones were written`;
  ctx.report({ type: "note", message });
}

/** The unix socket is in a directory of mode 0700. */
const accessRules = `local all all trust
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
`;

const needed = {
  max_connections: "maxConnections",
  max_prepared_transactions: "maxPreparedTransactions",
  max_locks_per_transaction: "maxLocksPerTransaction",
  max_worker_processes: "maxWorkerProcesses",
  max_wal_senders: "maxWalSenders",
} as const;

/** A server with less than its source had of these cannot replay its WAL. */
function neededSettings({ details }: Manifest): string {
  const lines = Object.entries(needed).flatMap(([setting, key]) => {
    const value = details[key];
    return value === undefined ? [] : [`${setting} = ${value}\n`];
  });
  const libraries = details["hasTimescale"] === true ? ["shared_preload_libraries = 'timescaledb'\n"] : [];
  return [...lines, ...libraries].join("");
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
