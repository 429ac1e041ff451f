import { readdir } from "node:fs/promises";
import { backup, type Manifest, planRecovery, type RecoveryTarget } from "@dbsave/core";
import { startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { archivingServer, emptyRepository, serversOf } from "./support/archiving-server.ts";
import { type Marker, mark, recovered, upTo } from "./support/markers.ts";
import { majors } from "./support/servers.ts";

describe.for(majors)("recovery of %s", { timeout: startTimeoutMs }, (major) => {
  it("ends where it was asked to, row for row", async (test) => {
    const source = await serversOf(major, test);
    const isIncremental = major !== "postgres-15";
    await using server = await archivingServer(source, isIncremental ? { settings: { summarize_wal: "on" } } : {});
    const { repository, log } = await emptyRepository();
    const { engine, sql } = server;
    await sql("CREATE TABLE m (id int)");
    const first = await backup(engine, { repository, target: "orders" });
    const markers = [...(await mark(server.sql, [1, 2, 3, 4, 5]))];
    await sql("SELECT pg_create_restore_point('before ''the'' release')");
    markers.push(...(await mark(server.sql, [6, 7])));
    const incremental = { fullEveryMs: 3_600_000, longestChain: 3 };
    const second = await backup(engine, { repository, target: "orders", incremental });
    expect(second.kind).toBe(isIncremental ? "incremental" : "full");
    markers.push(...(await mark(server.sql, [8, 9, 10, 11])));
    await sql("BEGIN; INSERT INTO m VALUES (12); PREPARE TRANSACTION 'p'");
    await sql("COMMIT PREPARED 'p'");
    const [prepared] = await sql("SELECT xmin::text AS xid FROM m WHERE id = 12");
    markers.push(...(await mark(server.sql, [13])));
    await server.archive(log);
    const at = (id: number): Marker => markers.find((marker) => marker.id === id) as Marker;

    const early = new Date(at(4).committedAt.getTime() - 1);
    const late = new Date(at(8).committedAt.getTime() + 1);
    const everywhere: readonly [RecoveryTarget, number, Manifest][] = [
      [{ kind: "time", time: late }, 8, second],
      [{ kind: "transaction", transaction: String(prepared?.["xid"]) }, 12, second],
      [{ kind: "name", name: "before 'the' release" }, 5, first],
    ];
    const onOne: typeof everywhere = [
      [{ kind: "latest" }, 13, second],
      [{ kind: "time", time: early }, 3, first],
      [{ kind: "position", position: at(6).position }, 6, first],
      [{ kind: "immediate" }, 7, second],
    ];
    const files: number[] = [];
    for (const [to, last, { id }] of major === "postgres-15" ? [...everywhere, ...onOne] : everywhere) {
      const reached = await recovered(engine, source, repository, to);
      expect(reached, to.kind).toMatchObject({ rows: upTo(last), backup: id });
      expect(await readdir(reached.into)).toContain("recovery.signal"); // what was started is a copy
      files.push(reached.files);
    }
    expect(files[0]).toBeLessThan(Number(files[1]));
    expect(files.at(-1) === 0, "a backup alone needs no file").toBe(major === "postgres-15");

    const [made] = await sql("SELECT pg_xact_commit_timestamp(xmin) AS at FROM pg_class WHERE relname = 'm'");
    const before = new Date(new Date(String(made?.["at"])).getTime() - 1);
    const plan = (to: RecoveryTarget) => planRecovery(engine, { repository, target: "orders", to });
    const refused = { code: "RECOVERY_UNREACHABLE", hint: expect.stringContaining(at(13).committedAt.toISOString()) };
    const now = new Date(at(13).committedAt.getTime() + 60_000);
    await expect(plan({ kind: "time", time: now })).rejects.toMatchObject(refused);
    await expect(plan({ kind: "time", time: before })).rejects.toMatchObject(refused);
    await expect(plan({ kind: "name", name: "never" })).rejects.toMatchObject(refused);
    await expect(plan({ kind: "position", position: "FF/0" })).rejects.toMatchObject(refused);
    const simple = await plan({ kind: "transaction", transaction: at(2).xid });
    expect(simple.route.backup.id).toBe(first.id);
    await expect(plan({ kind: "latest", timeline: 2 })).rejects.toMatchObject({ code: "RECOVERY_UNREACHABLE" });
  });
});
