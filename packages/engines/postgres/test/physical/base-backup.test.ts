import { randomUUID } from "node:crypto";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { type BackupPart, BaseBackup } from "../../src/physical/protocol/base-backup.ts";
import { baseBackupCommand } from "../../src/physical/protocol/base-backup-command.ts";
import { openWalsender } from "../../src/physical/protocol/walsender.ts";
import { majors, optionsOf, withRole, withTablespace } from "./support/servers.ts";

/** With what must be quoted. */
const label = `it's ${randomUUID()}`;
const settings = { label, checkpoint: "fast", maxBytesPerSecond: null, compression: null } as const;
const command = baseBackupCommand(settings);
const { signal } = new AbortController();
/** Of the sessions that run this file's backups, in SQL. */
const isOurs = `query like 'BASE_BACKUP%${label.slice(5)}%'`;
const silent = (): void => {};

async function sizeOf({ body }: BackupPart): Promise<number> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
}

describe.for(majors)("a base backup of %s", { timeout: startTimeoutMs }, (major) => {
  it("is tablespaces, then the data directory, then the manifest, and says where in the WAL it is", async (test) => {
    const source = await server(major, test);
    await using space = await withTablespace(source);
    await using walsender = await openWalsender(optionsOf(source), signal);
    const [system] = await walsender.ask("IDENTIFY_SYSTEM");
    expect(system?.["systemid"]).toBe(await source.sql("select system_identifier from pg_control_system()"));
    const progress: number[] = [];
    const backup = new BaseBackup(walsender, command, (done, total) => progress.push(done, total));
    const parts: { kind: string; name: string; location: string; isLarge: boolean }[] = [];
    for await (const part of backup as AsyncIterable<BackupPart>) {
      const { kind, name, location } = part;
      parts.push({ kind, name, location, isLarge: (await sizeOf(part)) > 2 ** 20 });
    }
    const { start, stop, tablespaces } = backup.facts();
    const oid = tablespaces.find(({ location }) => location === space.location)?.oid; // other tests have some, too
    const { location } = space;
    expect(parts).toContainEqual({ kind: "archive", name: `${oid}.tar`, location, isLarge: false });
    expect(parts.slice(-2)).toEqual([
      { kind: "archive", name: "base.tar", location: "", isLarge: true },
      { kind: "manifest", name: "backup_manifest", location: "", isLarge: false },
    ]);
    expect(start.timeline).toBe(1);
    expect(await source.sql(`select '${start.lsn}'::pg_lsn < '${stop.lsn}'::pg_lsn`)).toBe("t");
    expect(Math.min(...progress)).toBeGreaterThan(0);
  });

  it("lets the server wait while nobody reads, and holds no transaction open", async (test) => {
    const source = await server(major, test);
    await using walsender = await openWalsender(optionsOf(source), signal);
    const { promise: paused, resolve } = Promise.withResolvers<void>();
    const watched = {
      ...walsender,
      pause: () => {
        walsender.pause();
        resolve();
      },
    };
    const backup = new BaseBackup(watched, command, silent);
    const parts = (backup as AsyncIterable<BackupPart>)[Symbol.asyncIterator]();
    let part: BackupPart = (await parts.next()).value;
    for (; part.name !== "base.tar"; part = (await parts.next()).value) await sizeOf(part); // of other tests
    await paused;
    expect(part.body.readableLength).toBeLessThan(2 ** 20);
    const session = `select state, backend_xmin, xact_start from pg_stat_activity where ${isOurs}`;
    expect(await source.sql(session)).toBe("active||");
    expect(await sizeOf(part)).toBeGreaterThan(2 ** 20);
    const manifest: BackupPart = (await parts.next()).value;
    expect(await sizeOf(manifest)).toBeGreaterThan(0);
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it("is compressed by the server when that is asked for, and the connection outlives a refused request", async (test) => {
    const source = await server(major, test);
    await using walsender = await openWalsender(optionsOf(source), signal);
    const refused = baseBackupCommand({ ...settings, compression: { level: 99, workers: 0 } });
    const read = async (text: string): Promise<string[]> => {
      const names: string[] = [];
      for await (const part of new BaseBackup(walsender, text, silent) as AsyncIterable<BackupPart>) {
        names.push(part.name);
        await sizeOf(part);
      }
      return names;
    };
    await expect(read(refused)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const compressed = baseBackupCommand({ ...settings, compression: { level: 1, workers: 0 } });
    expect((await read(compressed)).slice(-2)).toEqual(["base.tar.zst", "backup_manifest"]);
  });

  it("that is given up or cancelled leaves no session on the server", async (test) => {
    const source = await server(major, test);
    const stop = new AbortController();
    await using abandoned = await openWalsender(optionsOf(source), signal);
    await using cancelled = await openWalsender(optionsOf(source), stop.signal);
    for await (const part of new BaseBackup(abandoned, command, silent) as AsyncIterable<BackupPart>) {
      part.body.destroy();
      break;
    }
    const cancelling = (async () => {
      for await (const part of new BaseBackup(cancelled, command, silent) as AsyncIterable<BackupPart>) {
        stop.abort();
        await sizeOf(part);
      }
    })();
    await expect(cancelling).rejects.toMatchObject({ code: "ABORTED" });
    const sessions = `select count(*) from pg_stat_activity where ${isOurs}`;
    await expect.poll(() => source.sql(sessions), { timeout: 10_000 }).toBe("0");
  });

  it("by a role without REPLICATION is refused with the ALTER ROLE that helps", async (test) => {
    const source = await server(major, test);
    await using role = await withRole(source, "noreplication");
    await expect(openWalsender(optionsOf(source, { user: role.name, password: "pw" }), signal)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      hint: `ALTER ROLE "${role.name}" REPLICATION;`,
    });
  });

  it("needs no more than the attribute REPLICATION", async (test) => {
    const source = await server(major, test);
    await using role = await withRole(source, "replication");
    await using walsender = await openWalsender(optionsOf(source, { user: role.name, password: "pw" }), signal);
    const names: string[] = [];
    for await (const part of new BaseBackup(walsender, command, silent) as AsyncIterable<BackupPart>) {
      names.push(part.name);
      await sizeOf(part);
    }
    expect(names.slice(-2)).toEqual(["base.tar", "backup_manifest"]);
  });
});
