import { readdir } from "node:fs/promises";
import { backup, planRecovery, type RecoveryTarget } from "@dbsave/core";
import { startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { archivingServer, emptyRepository, serversOf } from "./support/archiving-server.ts";
import { type Marker, mark, recovered, upTo } from "./support/markers.ts";
import { majors } from "./support/servers.ts";

describe.for(majors)("recovery of %s", { timeout: startTimeoutMs }, (major) => {
  it("ends where it was asked to, row for row", async (test) => {
    const source = await serversOf(major, test);
    await using server = await archivingServer(source);
    const { repository, log } = await emptyRepository();
    const { engine, sql } = server;
    await sql("CREATE TABLE m (id int)");
    const first = await backup(engine, { repository, target: "orders" });
    const markers = [...(await mark(server.sql, [1, 2, 3, 4, 5]))];
    await sql("SELECT pg_create_restore_point('before ''the'' release')");
    markers.push(...(await mark(server.sql, [6, 7])));
    const second = await backup(engine, { repository, target: "orders" });
    markers.push(...(await mark(server.sql, [8, 9, 10, 11])));
    await sql("BEGIN; INSERT INTO m VALUES (12); PREPARE TRANSACTION 'p'");
    await sql("COMMIT PREPARED 'p'");
    const [prepared] = await sql("SELECT xmin::text AS xid FROM m WHERE id = 12");
    markers.push(...(await mark(server.sql, [13])));
    await server.archive(log);
    const at = (id: number): Marker => markers.find((marker) => marker.id === id) as Marker;
    const reach = (to: RecoveryTarget) => recovered(engine, source, repository, to);

    expect(await reach({ kind: "latest" })).toMatchObject({ rows: upTo(13), backup: second.id });
    const early = new Date(at(4).committedAt.getTime() - 1);
    expect(await reach({ kind: "time", time: early })).toMatchObject({ rows: upTo(3), backup: first.id });
    const late = await reach({ kind: "time", time: new Date(at(8).committedAt.getTime() + 1) });
    expect(late).toMatchObject({ rows: upTo(8), backup: second.id });
    expect(await reach({ kind: "position", position: at(6).position })).toMatchObject({
      rows: upTo(6),
      backup: first.id,
    });
    const whole = await reach({ kind: "transaction", transaction: String(prepared?.["xid"]) });
    expect(whole).toMatchObject({ rows: upTo(12), backup: second.id });
    expect(late.files).toBeLessThan(whole.files);
    const release = await reach({ kind: "name", name: "before 'the' release" });
    expect(release).toMatchObject({ rows: upTo(5), backup: first.id });
    expect(await reach({ kind: "immediate" })).toMatchObject({ rows: upTo(7), backup: second.id, files: 0 });

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
    expect(await readdir(release.into)).toContain("recovery.signal");
  });
});
