import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Finding, formatBytes, nodeFs, type RunContext, type ServerFacts, systemCode } from "@dbsave/core";
import type { ParsedOptions } from "./options.ts";
import { runJob } from "./worker/run-job.ts";

/**
 * Reads the settings of the database. Its identity is its real path: the same file restored in place stays the same
 * source, which device and inode would not.
 */
export async function probe(options: ParsedOptions, ctx: RunContext): Promise<ServerFacts> {
  const facts = await runJob("readFacts", options, ctx);
  const path = await realpath(options.path);
  const sizeBytes = facts.pageSize * facts.pageCount;
  const { sqliteVersion, journalMode, pageSize, encoding, tables, userVersion, applicationId } = facts;
  const walBytes = await fileBytes(`${path}-wal`);
  return {
    version: sqliteVersion,
    identity: `file:${path}`,
    description: path,
    sizeBytes,
    findings: [
      ...(await spaceFindings(ctx.scratchDir, sizeBytes)),
      ...(await accessFindings(path, journalMode)),
      ...facts.unreadable.map(unproven),
    ],
    details: { journalMode, pageSize, encoding, tables, userVersion, applicationId, walBytes },
  };
}

/** A warning only: the `sql` method needs no copy. */
async function spaceFindings(scratchDir: string, sizeBytes: number): Promise<readonly Finding[]> {
  const freeBytes = await nodeFs.freeBytes(scratchDir);
  if (freeBytes >= sizeBytes) return [];
  const message = `the scratch directory has ${formatBytes(freeBytes)} free, a copy of the database needs ${formatBytes(sizeBytes)}`;
  const fix = "Put the scratch directory on a larger disk, or use method sql.";
  return [{ severity: "warning", code: "NO_SPACE", object: scratchDir, message, fix }];
}

async function accessFindings(path: string, journalMode: string): Promise<readonly Finding[]> {
  if (journalMode !== "wal" || (await isWritable(dirname(path)))) return [];
  const message = "the directory is not writable: once the application has closed the database, it cannot be read";
  const fix = `setfacl -m u:$(id -un):rwx ${dirname(path)}`;
  return [{ severity: "warning", code: "PERMISSION_DENIED", object: dirname(path), message, fix }];
}

function unproven(table: string): Finding {
  const message = "copied, but not proven by a fingerprint: its key has a collation that this SQLite lacks";
  return { severity: "warning", code: "UNSUPPORTED", object: table, message };
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** 0 when there is no such file. */
export async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
