import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { type ServerName, startTimeoutMs } from "@dbsave/testbed";
import { expect, it } from "vitest";
import type { Archive } from "./support/cluster.ts";
import { type ContainerServer, containerServer } from "./support/container-server.ts";
import { startDaemon } from "./support/dbsave-wal.ts";

const megabyte = 2 ** 20;
const cases: readonly (readonly [ServerName, "mounted" | "copied"])[] = [
  ["postgres-17-timescale", "mounted"],
  ["postgres-18-timescale", "copied"],
];

/** Fills two segments and returns the name of the last one that is finished. */
async function write({ sql }: ContainerServer): Promise<string> {
  await sql("insert into marker select i, repeat(md5(i::text), 30) from generate_series(1, 1500) i");
  return await sql("select pg_walfile_name(pg_switch_wal() - 1)");
}

/** Asks the archive, because a server forgets in a crash what it archived. */
async function untilArchived(server: Archive, name: string): Promise<void> {
  await expect.poll(() => archivedNames(server), { timeout: 90_000, interval: 200 }).toContain(name);
}

/** Of the server's files, with their folders. */
function archivedFiles({ repository }: Archive): readonly string[] {
  const log = join(repository, "orders/log");
  if (!existsSync(log)) return [];
  const files = readdirSync(log, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".zst") && !file.startsWith("clusters/"));
}

function archivedNames(archive: Archive): readonly string[] {
  return archivedFiles(archive).map((file) => file.replace(/^.*\//, "").replace(/-.*$/, ""));
}

/** Every archived segment by name, checked to be whole. */
function archivedSegments(archive: Archive): readonly string[] {
  const log = join(archive.repository, "orders/log");
  const files = archivedFiles(archive);
  const segments = files.filter((file) => /\/[0-9A-F]{24}-[0-9a-f]{64}\.zst$/.test(file));
  for (const file of segments) expect(zstdDecompressSync(readFileSync(join(log, file)))).toHaveLength(megabyte);
  return segments.map((file) => file.split("/").at(-1)?.slice(0, 24) ?? "").toSorted();
}

/** From the first to the last without one missing: of timeline 1, in segments of 1 MB. */
function between(first: string, last: string): readonly string[] {
  const numberOf = (name: string): number =>
    Number.parseInt(name.slice(8, 16), 16) * 4096 + Number.parseInt(name.slice(16), 16);
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
  const names: string[] = [];
  for (let number = numberOf(first); number <= numberOf(last); number += 1)
    names.push(`00000001${hex(Math.floor(number / 4096))}${hex(number % 4096)}`);
  return names;
}

it.for(cases)(
  "%s without Node.js loses nothing when daemon, server and storage die, its pg_wal being %s",
  { timeout: startTimeoutMs },
  async ([name, access], test) => {
    const server = await containerServer(name, test);
    const alone = join(server.directory, "../wal"); // as a volume of its own, without the rest of the data directory
    symlinkSync(join(server.directory, "pg_wal"), alone);
    const walDirectory = access === "mounted" ? ["--pg-wal", alone] : [];
    const serve = () => startDaemon(server, ...walDirectory);
    let daemon = await serve();
    await server.start();
    await server.sql("create table marker (i int, t text)");
    await untilArchived(server, await write(server));

    const duringDaemon = write(server);
    daemon.child.kill("SIGKILL");
    await daemon.ended;
    const unserved = await duringDaemon;
    daemon = await serve();
    await untilArchived(server, unserved);

    renameSync(server.repository, `${server.repository}.away`);
    mkdirSync(server.repository);
    const unstored = await write(server);
    await expect.poll(() => server.sql("select failed_count > 0 from pg_stat_archiver"), { timeout: 60_000 }).toBe("t");
    rmdirSync(server.repository); // nothing was put where the disk should be
    renameSync(`${server.repository}.away`, server.repository);

    await server.kill();
    await server.start();
    await untilArchived(server, unstored);
    const last = await write(server);
    await untilArchived(server, last);

    const segments = archivedSegments(server);
    expect(segments).toEqual(between(segments[0] ?? "", last));

    await server.sql(
      "select pg_backup_start('noted', true); select pg_backup_stop(); insert into marker values (0, '')",
    );
    await server.kill();
    await server.startOnNewTimeline();
    await untilArchived(server, await write(server));
    const others = archivedNames(server).filter((file) => file.includes("."));
    const kinds = others.map((file) => file.replace(/^[0-9A-F]{8,24}(\.[0-9A-F]{8})?\./, ""));
    expect(kinds.toSorted()).toEqual(["backup", "history", "partial"]);
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended).toMatchObject({ status: 0 });
  },
);
