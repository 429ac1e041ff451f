import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactSource } from "@dbsave/core";
import { describe, expect, it, type TestContext } from "vitest";
import { restorePhysical } from "../../src/physical/restore/restore-physical.ts";
import { testContext } from "../support/context.ts";
import { type OwnServer, ownServer } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { folder, startOn } from "./support/restored.ts";

const sumSql = "SELECT count(*)::int AS rows, sum(a)::int AS total FROM t";

async function filled(test: Pick<TestContext, "skip">): Promise<OwnServer> {
  const source = await ownServer(test);
  await source.sql("CREATE TABLE t AS SELECT i AS a, repeat('x', 500) AS b FROM generate_series(1, 20000) i");
  return source;
}

describe("a physical restore", () => {
  it("starts with every row, on a new timeline, from nothing but the backup, also where two of them hurried", async (test) => {
    const source = await filled(test);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const into = join(await folder(), "data");
    await mkdir(into);
    const both = [1, 2].map(() => restorePhysical({ into, force: false }, taken.source, ctx));
    const ended = (await Promise.allSettled(both)).toSorted((a, b) => (a.status < b.status ? -1 : 1));
    expect(ended).toMatchObject([
      { status: "fulfilled", value: { target: into, movedAside: [] } },
      { status: "rejected", reason: { code: expect.stringMatching(/^TARGET_/) } },
    ]);
    expect(await readdir(into)).not.toContain("dbsave-restoring");
    expect(await readFile(join(into, "backup_label"), "utf8")).toContain("LABEL: dbsave");
    const ask = await startOn(into);
    expect(await ask(sumSql)).toEqual(await source.sql(sumSql));
    expect(await ask("SELECT pg_walfile_name(pg_current_wal_lsn()) LIKE '00000002%' AS new")).toEqual([{ new: true }]);
  });

  it("does not start without its label", async (test) => {
    const source = await filled(test);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const into = join(await folder(), "data");
    await restorePhysical({ into, force: false }, taken.source, ctx);
    await rm(join(into, "backup_label"));
    await expect(startOn(into)).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringMatching(/could not locate|checkpoint/),
    });
  });

  it("puts tablespaces where it is told, and leaves the source's alone", async (test) => {
    const place = await folder();
    const [old, moved] = [join(place, "old"), join(place, "moved")];
    await chmod(place, 0o777);
    const source = await filled(test);
    await source.sql(`COPY (SELECT) TO PROGRAM 'cat; mkdir ${old}'`);
    await source.sql(`CREATE TABLESPACE space LOCATION '${old}'`);
    await source.sql("CREATE TABLE s TABLESPACE space AS SELECT i FROM generate_series(1, 1000) i");
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const into = join(place, "data");
    await expect(restorePhysical({ into, force: true }, taken.source, ctx)).rejects.toMatchObject({
      code: "TARGET_NOT_EMPTY",
      message: expect.stringContaining(old),
    });
    await restorePhysical({ into, force: false, tablespaces: new Map([[old, moved]]) }, taken.source, ctx);
    const ask = await startOn(into);
    expect(await ask("SELECT count(*)::int AS n FROM s")).toEqual([{ n: 1000 }]);
    expect(await ask("SELECT pg_tablespace_location(oid) AS place FROM pg_tablespace WHERE spcname = 'space'")).toEqual(
      [{ place: moved }],
    );
    expect(await source.sql("SELECT count(*)::int AS n FROM s")).toEqual([{ n: 1000 }]);
  });

  it("moves what is there aside under force, refuses it without, and refuses a server's directory always", async (test) => {
    const source = await filled(test);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const place = await folder();
    const into = join(place, "data");
    await mkdir(into);
    await writeFile(join(into, "precious"), "old");
    const restoring = (force: boolean) => restorePhysical({ into, force }, taken.source, ctx);
    await expect(restoring(false)).rejects.toMatchObject({ code: "TARGET_NOT_EMPTY" });
    await writeFile(join(into, "postmaster.pid"), "1");
    await expect(restoring(true)).rejects.toMatchObject({ code: "TARGET_BUSY" });
    await rm(join(into, "postmaster.pid"));
    const { movedAside } = await restoring(true);
    expect(movedAside).toEqual([expect.stringMatching(/data_before_restore_\d{8}T\d{6}Z$/)]);
    expect(await readFile(join(String(movedAside[0]), "precious"), "utf8")).toBe("old");
    expect(await (await startOn(into))(sumSql)).toEqual([{ rows: 20_000, total: 200_010_000 }]);
  });

  it("that was killed leaves what no server starts from, and what the next one recognises", async (test) => {
    const source = await filled(test);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const into = join(await folder(), "data");
    await restorePhysical({ into, force: false }, taken.source, ctx);
    await rm(join(into, "global/pg_control")); // it is written last
    await expect(startOn(into)).rejects.toMatchObject({ message: expect.stringContaining("pg_control") });
    await expect(restorePhysical({ into, force: false }, taken.source, ctx)).rejects.toMatchObject({
      code: "TARGET_NOT_EMPTY",
      message: expect.stringContaining("interrupted"),
    });
  });

  it("of a damaged backup, or one that is cancelled, leaves the place as it was", async (test) => {
    const source = await filled(test);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx, { compression: null });
    const place = await folder();
    const into = join(place, "data");
    await mkdir(into);
    const stop = new AbortController();
    await using cancelled = await testContext({ signal: stop.signal });
    const stopping: ArtifactSource = {
      ...taken.source,
      open: async (name) => (await taken.source.open(name)).on("data", () => name === "base.tar" && stop.abort()),
    };
    await expect(restorePhysical({ into, force: false }, stopping, cancelled)).rejects.toMatchObject({
      code: "ABORTED",
    });
    const base = taken.artifacts.get("base.tar") as Buffer;
    base[base.length >> 1] = (base[base.length >> 1] as number) ^ 1;
    await expect(restorePhysical({ into, force: false }, taken.source, ctx)).rejects.toMatchObject({
      code: "CHECKSUM_MISMATCH",
    });
    expect(await readdir(into)).toEqual([]);
    expect(await readdir(place)).toEqual(["data"]);
  });
});
