import { planRecovery, type RecoveryTarget, type Repository, restore } from "@dbsave/core";
import { type ArchivingServer, archivingServer, type ServerSource } from "./archiving-server.ts";
import { placeForData } from "./restored.ts";

/** A row of the table `m`. */
export interface Marker {
  readonly id: number;
  /** Cut to milliseconds. */
  readonly committedAt: Date;
  readonly xid: string;
  /** Not before its end in the WAL, and before the next one. */
  readonly position: string;
}

/** Commits one row after the other, some milliseconds apart, and finishes a segment after every third. */
export async function mark(sql: ArchivingServer["sql"], ids: readonly number[]): Promise<readonly Marker[]> {
  const markers: Marker[] = [];
  for (const id of ids) {
    await sql(`BEGIN; SELECT pg_sleep(0.003); INSERT INTO m VALUES (${id}); COMMIT`);
    const [row] = await sql(`SELECT pg_xact_commit_timestamp(xmin) AS at, xmin::text AS xid,
      pg_current_wal_insert_lsn()::text AS position FROM m WHERE id = ${id}`);
    markers.push({
      id,
      committedAt: row?.["at"] as Date,
      xid: String(row?.["xid"]),
      position: String(row?.["position"]),
    });
    if (id % 3 === 0) await sql("SELECT pg_switch_wal()");
  }
  return markers;
}

export const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

export async function rowsOf(sql: ArchivingServer["sql"]): Promise<readonly number[]> {
  return (await sql("SELECT id FROM m ORDER BY id")).map(({ id }) => Number(id));
}

export interface Recovered {
  readonly rows: readonly number[];
  readonly backup: string;
  readonly files: number;
  /** The directory, as it was before its first start. */
  readonly into: string;
  /** Of the server that came up in it. */
  readonly timeline: string;
}

/** Restores the way to a target, starts a server on a copy of it, and lets `use` have that before it is gone. */
export async function recovered(
  engine: ArchivingServer["engine"],
  source: ServerSource,
  repository: Repository,
  to: RecoveryTarget,
  use: (server: ArchivingServer) => Promise<void> = async () => undefined,
): Promise<Recovered> {
  const into = await placeForData();
  const recovery = await planRecovery(engine, { repository, target: "orders", to });
  const { backup, files } = recovery.route;
  await restore(engine, { repository, manifest: backup, recovery, into });
  await using server = await archivingServer(source, { from: into });
  const rows = await rowsOf(server.sql);
  const [name] = await server.sql("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline");
  await use(server);
  return { rows, backup: backup.id, files: files.length, into, timeline: String(name?.["timeline"]) };
}
