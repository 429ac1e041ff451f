import { type ArtifactInfo, abortStream, type RunContext, sideBySide } from "@dbsave/core";
import { directoryName } from "./artifacts.ts";
import type { DumpOrder } from "./dump-order.ts";
import type { ParsedOptions } from "./options.ts";
import { contentTablesFrom, contentTablesWhere } from "./rows/tables.ts";
import type { Snapshot } from "./snapshot.ts";
import { toolConnection } from "./tools/tool-connection.ts";
import { makeToolDirectory } from "./tools/tool-directory.ts";
import { toolText } from "./tools/tool-text.ts";

/**
 * Lets `dumpJobs` sessions of pg_dump, which all see `snapshot`, write a directory, and gives that to the sink as one tar. Until
 * then the dump lies where the tools run, in a private directory; NO_SPACE when there is less room than the tables have pages.
 */
export async function dumpDirectory(
  options: ParsedOptions,
  snapshot: Snapshot,
  { pgDump, sink }: DumpOrder,
  { args, info }: { readonly args: readonly string[]; readonly info: ArtifactInfo },
  ctx: RunContext,
): Promise<void> {
  const tools = options.tools ?? ctx.tools;
  await using directory = await makeToolDirectory(tools, ctx);
  await directory.refuseWithout(await tableBytes(snapshot));
  const name = directoryName(snapshot.database);
  const how = ["--format=directory", `--jobs=${options.dumpJobs}`, `--file=${directory.path}/${name}`];
  await toolText(tools, pgDump.path, [...args, ...how], { signal: ctx.signal, env: toolConnection(options) });
  await sideBySide(ctx.signal, (signal) => {
    const { stdout, done } = tools.run("tar", ["-c", "-f", "-", "-C", directory.path, `./${name}`], { signal });
    return [sink.write(info, abortStream(stdout, signal, "postgres: backup")), done];
  });
}

async function tableBytes({ session }: Snapshot): Promise<number> {
  const [row] = await session.query<{ bytes: string | null }>(
    `SELECT sum(pg_table_size(c.oid)) AS bytes FROM ${contentTablesFrom} WHERE ${contentTablesWhere}`,
  );
  return Number(row?.bytes ?? 0);
}
