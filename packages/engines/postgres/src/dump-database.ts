import { once } from "node:events";
import type { ArtifactInfo, RunContext } from "@dbsave/core";
import { abortStream, DbsaveError, isDbsaveError, sideBySide } from "@dbsave/core";
import { dumpName, tarName } from "./artifacts.ts";
import { dumpDirectory } from "./dump-directory.ts";
import type { DumpOrder } from "./dump-order.ts";
import type { ParsedOptions } from "./options.ts";
import type { Snapshot } from "./snapshot.ts";
import { lockTableFull } from "./sql/lock-table-full.ts";
import { replayConflict } from "./sql/replay-conflict.ts";
import { toolConnection, toolDatabase } from "./tools/tool-connection.ts";

/** The first pg_dump that knows Zstandard. */
const zstdMajor = 16;

/**
 * Gives the dump of `snapshot` to the sink, once pg_dump has locked every table: SOURCE_BUSY, when it could not, leaves
 * nothing in the sink. Where pg_dump can, it compresses itself, so that a fraction of the bytes has to move.
 */
export async function dumpDatabase(
  options: ParsedOptions,
  snapshot: Snapshot,
  { pgDump, compression, sink }: DumpOrder,
  ctx: RunContext,
): Promise<void> {
  const zstd = compression?.name === "zstd" && pgDump.major >= zstdMajor ? `zstd:${compression.level ?? 3}` : undefined;
  const { database } = snapshot;
  const isDirectory = options.dumpJobs > 1;
  const info: ArtifactInfo = isDirectory
    ? { name: tarName(database), mediaType: "application/x-tar" }
    : { name: dumpName(database), mediaType: "application/x-pg-dump" };
  try {
    if (zstd === undefined) await run("0", info);
    else
      await run(zstd, { ...info, encoding: "zstd" }).catch(async (error: unknown) => {
        if (!isBuiltWithout(error)) throw error;
        await run("0", info);
      });
  } catch (error) {
    throw lockedOut(error, database);
  }

  async function run(compress: string, artifact: ArtifactInfo): Promise<void> {
    const args = dumpArguments(options, snapshot, compress);
    if (isDirectory)
      return await dumpDirectory(options, snapshot, { pgDump, compression, sink }, { args, info: artifact }, ctx);
    await sideBySide(ctx.signal, (signal) => {
      const { stdout, done } = (options.tools ?? ctx.tools).run(pgDump.path, ["--format=custom", ...args], {
        signal,
        env: toolConnection(options),
      });
      const body = abortStream(stdout, signal, "postgres: backup");
      const write = async (): Promise<void> => {
        await Promise.race([once(body, "readable"), done]); // it writes nothing before it has locked all
        await sink.write(artifact, body);
      };
      return [write(), done];
    });
  }
}

function dumpArguments(options: ParsedOptions, { id, database }: Snapshot, compress: string): readonly string[] {
  return [
    `--compress=${compress}`,
    `--snapshot=${id}`,
    `--lock-wait-timeout=${options.lockWaitTimeoutMs}`,
    "--no-password",
    `--dbname=${toolDatabase(database)}`,
  ];
}

function isBuiltWithout(error: unknown): boolean {
  return isDbsaveError(error, "TOOL_FAILED") && /build does not support compression/.test(error.message);
}

/** pg_dump waits for locks by a statement timeout; a standby ends what keeps its replay waiting. */
function lockedOut(error: unknown, database: string): unknown {
  if (!isDbsaveError(error, "TOOL_FAILED")) return error;
  if (/conflict with recovery/.test(error.message)) return replayConflict(error, `postgres: ${database}`);
  if (/out of shared memory/.test(error.message)) return lockTableFull(error, `postgres: ${database}`);
  if (!/(?:lock|statement) timeout|could not obtain lock|deadlock detected/.test(error.message)) return error;
  return new DbsaveError("SOURCE_BUSY", `postgres: ${database}: another session holds a table locked`, {
    cause: error,
  });
}
