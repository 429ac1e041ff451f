import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { backup, type LogReader, openLog, planRecovery, restore } from "@dbsave/core";
import { captureText } from "@dbsave/exec";
import { startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { tools } from "../support/context.ts";
import { archivingServer, emptyRepository, serversOf } from "./support/archiving-server.ts";
import { mark, recovered, rowsOf, upTo } from "./support/markers.ts";
import { folder, placeForData, startOn } from "./support/restored.ts";

const { signal } = new AbortController();

describe.for(["postgres-15", "postgres-18-timescale"] as const)(
  "a recovered %s",
  { timeout: startTimeoutMs },
  (major) => {
    it("goes on in the same archive, and is recovered from the backup before, on its timeline or the one it left", async (test) => {
      const source = await serversOf(major, test);
      await using server = await archivingServer(source);
      const { repository, log } = await emptyRepository();
      const { engine, sql } = server;
      await sql("CREATE TABLE m (id int)");
      await backup(engine, { repository, target: "orders" });
      const [, , third] = await mark(sql, upTo(5));
      await server.archive(log);
      const time = new Date(Number(third?.committedAt.getTime()) + 1);
      const reach = (to: Parameters<typeof recovered>[3], use?: Parameters<typeof recovered>[4]) =>
        recovered(engine, source, repository, to, use);
      const promoted = await reach({ kind: "time", time }, async (again) => {
        await mark(again.sql, [10, 11]);
        await again.archive(log);
      });
      expect(promoted).toMatchObject({ rows: [1, 2, 3], timeline: "00000002" });
      expect(await reach({ kind: "latest" })).toMatchObject({ rows: [1, 2, 3, 10, 11], timeline: "00000003" });
      // the second timeline has its number already
      expect(await reach({ kind: "latest", timeline: 1 })).toMatchObject({ rows: upTo(5), timeline: "00000003" });

      for (const file of await log.list()) if (file.name === "00000002.history") await log.remove(file);
      const plan = planRecovery(engine, { repository, target: "orders", to: { kind: "latest" } });
      await expect(plan).rejects.toMatchObject({
        code: "RECOVERY_UNREACHABLE",
        message: expect.stringContaining("00000002.history"),
      });
    });
  },
);

describe("a recovery", { timeout: startTimeoutMs }, () => {
  it("past a missing segment is refused before anything is touched, and one before it is not", async (test) => {
    const source = await serversOf("postgres-15", test);
    await using server = await archivingServer(source);
    const { repository, log } = await emptyRepository();
    const { engine, sql } = server;
    await sql("CREATE TABLE m (id int)");
    await backup(engine, { repository, target: "orders" });
    const markers = await mark(sql, upTo(11));
    await server.archive(log);
    const at = (id: number): Date => new Date(Number(markers[id - 1]?.committedAt.getTime()) + 1);
    const plan = (id: number) =>
      planRecovery(engine, { repository, target: "orders", to: { kind: "time", time: at(id) } });
    const [end] = (await plan(7)).route.files;
    if (end === undefined) throw new Error("no file is needed");
    await log.remove(end); // the backup holds the segment that it ended in
    const { route } = await plan(7);
    expect(route.files).not.toContainEqual(end);
    const missing = route.files.at(-1);
    if (missing === undefined) throw new Error("no file is needed");
    await log.remove(missing);
    await expect(plan(7)).rejects.toMatchObject({
      code: "RECOVERY_UNREACHABLE",
      hint: expect.stringContaining(`where ${missing.name} is missing`),
    });
    expect((await plan(4)).route.window.gap).toBe(missing.name);
    expect(await recovered(engine, source, repository, { kind: "time", time: at(4) })).toMatchObject({ rows: upTo(4) });
    expect(await recovered(engine, source, repository, { kind: "latest" })).toMatchObject({ rows: upTo(6) });
  });

  it("that was killed while it filled pg_wal leaves what no server starts from", async (test) => {
    const source = await serversOf("postgres-15", test);
    await using server = await archivingServer(source);
    const { repository, log } = await emptyRepository();
    const { engine, sql } = server;
    await sql("CREATE TABLE m (id int)");
    await backup(engine, { repository, target: "orders" });
    await mark(sql, upTo(4));
    await server.archive(log);
    const { route } = await planRecovery(engine, { repository, target: "orders", to: { kind: "latest" } });
    const [into, left] = [await placeForData(), join(await folder(), "left")];
    const dying: LogReader = {
      ...openLog(repository, "orders", [], signal),
      async open(file) {
        if (file === route.files.at(-1)) {
          const copy = 'cp -a "$1" "$2" && chown --reference="$2/PG_VERSION" "$2"';
          await captureText(tools, "sh", ["-c", copy, "sh", into, left], { signal });
          throw new Error("killed");
        }
        return await log.open(file);
      },
    };
    const recovery = { route, log: dying };
    const restoring = restore(engine, { repository, manifest: route.backup, recovery, into });
    await expect(restoring).rejects.toMatchObject({ code: "RESTORE_FAILED" });
    expect(await readdir(join(left, "pg_wal"))).toContain(route.files[0]?.name);
    await expect(startOn(left)).rejects.toMatchObject({ message: expect.stringContaining("pg_control") });
    await expect(readdir(into)).rejects.toMatchObject({ code: "ENOENT" });
    await using whole = await archivingServer(source, { from: await whereRestored() });
    expect(await rowsOf(whole.sql)).toEqual(upTo(4));

    async function whereRestored(): Promise<string> {
      const again = await placeForData();
      await restore(engine, { repository, manifest: route.backup, recovery: { route, log }, into: again });
      return again;
    }
  });
});
