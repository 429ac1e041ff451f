import type { Manifest } from "@dbsave/core";
import type { PhysicalServer } from "../server-facts.ts";

const oldestMajor = 17;

/** Why nothing can be taken upon `parent`, as far as that is known beforehand; null when the server may be asked. */
export function refusalOf({ id, details }: Manifest, server: PhysicalServer): string | null {
  const { major, systemIdentifier, dataChecksums } = server;
  if (major < oldestMajor) return `incremental backups need PostgreSQL ${oldestMajor}, the server is ${server.version}`;
  if (details["systemIdentifier"] !== systemIdentifier)
    return `${id} is of the system ${details["systemIdentifier"]}, the server is ${systemIdentifier}`;
  if (details["dataChecksums"] !== dataChecksums)
    return `checksums of pages were switched ${dataChecksums ? "on" : "off"} since ${id}`;
  if (!server.summarizesWal)
    return "summarize_wal is off: ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf();";
  return null;
}
