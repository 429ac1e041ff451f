import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactSink } from "@dbsave/core";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { backupPhysical } from "../../src/physical/backup-physical.ts";
import { inspectPhysical } from "../../src/physical/inspect-physical.ts";
import { testContext } from "../support/context.ts";
import { memorySink, sourceOf } from "../support/taken.ts";
import { ownServer } from "./support/own-server.ts";
import { defaults, takePhysical } from "./support/physical-backup.ts";
import { majors, optionsOf, withRole, withTablespace } from "./support/servers.ts";

describe.for(majors)("a physical backup of %s", { timeout: startTimeoutMs }, (major) => {
  it("is what its manifest says, tablespaces included, and knows what a restore needs", async (test) => {
    const source = await server(major, test);
    await using space = await withTablespace(source);
    await using ctx = await testContext();
    const { facts, artifacts, source: stored } = await takePhysical(optionsOf(source), ctx);
    const tablespaces = JSON.parse(String(facts.details["tablespaces"])) as { oid: number; location: string }[];
    const oid = tablespaces.find(({ location }) => location === space.location)?.oid; // other tests have some, too
    expect([...artifacts.keys()]).toContain(`${oid}.tar.zst`);
    expect([...artifacts.keys()].slice(-2)).toEqual(["base.tar.zst", "backup_manifest"]);
    expect(facts).toMatchObject({ method: "physical", kind: "full", fingerprint: null });
    expect(facts.details).toMatchObject({
      systemIdentifier: await source.sql("select system_identifier from pg_control_system()"),
      dataChecksums: true,
      walSegmentBytes: 16 * 2 ** 20,
      timeline: 1,
      hasTimescale: major.includes("timescale"),
    });
    expect(await inspectPhysical(stored, ctx)).toEqual([]);
    expect(ctx.events).toContainEqual(expect.objectContaining({ type: "progress", item: "data directory" }));
  });

  it("needs no more than REPLICATION and the right to connect, and leaves no slot behind", async (test) => {
    const source = await server(major, test);
    await using role = await withRole(source, "replication");
    await using ctx = await testContext();
    const { facts } = await takePhysical(optionsOf(source, { user: role.name, password: "pw" }), ctx);
    expect(facts.details["stopLsn"]).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(ctx.events.filter(({ type }) => type === "note")).toEqual([]);
    const slots =
      "select count(*) from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid where a.usename";
    await expect.poll(() => source.sql(`${slots} = '${role.name}'`)).toBe("0");
  });
});

describe("a physical backup", () => {
  it("stored damaged is told file by file", async (test) => {
    const { options } = await ownServer(test);
    await using ctx = await testContext();
    const { artifacts, source } = await takePhysical(options, ctx, { compression: null });
    const base = artifacts.get("base.tar") as Buffer;
    const at = base.indexOf("PostgreSQL Client Authentication Configuration File");
    base.write("X", at);
    expect(await inspectPhysical(source, ctx)).toEqual([
      {
        severity: "error",
        code: "SOURCE_INVALID",
        object: "backup_manifest",
        message: "pg_hba.conf is not as the server read it",
      },
    ]);
  });

  it("of compressed archives tells of every cut", async (test) => {
    const { options } = await ownServer(test);
    await using ctx = await testContext();
    const { facts, artifacts } = await takePhysical(options, ctx);
    const base = artifacts.get("base.tar.zst") as Buffer;
    const cut = new Map([...artifacts, ["base.tar.zst", base.subarray(0, base.length - 100)] as const]);
    const findings = await inspectPhysical(sourceOf(facts, cut), ctx);
    expect(findings[0]).toMatchObject({ code: "SOURCE_INVALID", object: "base.tar.zst" });
  });

  it("needs every WAL segment whatever their size", async (test) => {
    const { options, sql } = await ownServer(test, {}, ["--wal-segsize=1"]);
    await using ctx = await testContext();
    const sink = memorySink();
    const writing: ArtifactSink = {
      write: async (info, body) => {
        await sql(`CREATE TABLE during_${info.name.length} AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)`);
        return await sink.write(info, body);
      },
    };
    const facts = await backupPhysical(options, { ...defaults, compression: null }, writing, ctx);
    expect(facts.details["walSegmentBytes"]).toBe(2 ** 20);
    expect(await inspectPhysical(sourceOf(facts, sink.stored), ctx)).toEqual([]);
    const base = Buffer.from(sink.stored.get("base.tar") as Buffer);
    const names = base.toString("latin1").match(/pg_wal\/0000000100000000000000[0-9A-F]{2}\0/g) ?? [];
    expect(names.length).toBeGreaterThan(3);
  });

  it("fails when a page on the server's disk is damaged, and names the file", async (test) => {
    const { options, sql } = await ownServer(test);
    await sql("CREATE TABLE t AS SELECT i FROM generate_series(1, 10000) i");
    await sql("CHECKPOINT");
    const [place] = await sql("SELECT current_setting('data_directory') AS root, pg_relation_filepath('t') AS path");
    const path = String(place?.["path"]);
    const file = await open(join(String(place?.["root"]), path), "r+");
    await file.write(Buffer.from("damage"), 0, 6, 8192 + 4000);
    await file.close();
    await using ctx = await testContext();
    await expect(takePhysical(options, ctx)).rejects.toMatchObject({
      code: "SOURCE_INVALID",
      message: expect.stringContaining(path),
      hint: expect.stringContaining("damaged"),
    });
  });

  it("goes on when there is no slot to be had, when the archive takes nothing, and past a link, and says what is not there", async (test) => {
    const archiving = { archive_mode: "on", archive_command: "false" };
    const { options, sql } = await ownServer(test, { max_replication_slots: "0", ...archiving });
    await sql("COPY (SELECT) TO PROGRAM 'cat; ln -s pg_hba.conf linked.conf'");
    await using ctx = await testContext();
    await takePhysical(options, ctx, { compression: null });
    for (const told of ["all replication slots are in use", 'skipping special file "./linked.conf"'])
      expect(ctx.events).toContainEqual({ type: "note", message: expect.stringContaining(told) });
  });

  it("lets dbsave compress when the server cannot", async (test) => {
    const { options } = await ownServer(test);
    await using ctx = await testContext();
    const { artifacts } = await takePhysical(options, ctx, { compression: { level: 99, workers: 0 } });
    expect([...artifacts.keys()]).toEqual(["base.tar", "backup_manifest"]);
    expect(ctx.events).toContainEqual({ type: "note", message: expect.stringContaining("dbsave compresses instead") });
  });

  it("keeps to a rate that is asked for", async (test) => {
    const { options } = await ownServer(test);
    await using ctx = await testContext();
    const started = performance.now();
    await takePhysical(options, ctx, { compression: null, maxBytesPerSecond: 20 * 2 ** 20 });
    expect(performance.now() - started).toBeGreaterThan(1000);
  });

  it("fails when the server ends it, and says so", async (test) => {
    const { options, sql } = await ownServer(test);
    await using ctx = await testContext();
    const slow = { compression: null, maxBytesPerSecond: 2 * 2 ** 20 };
    const failure = takePhysical(options, ctx, slow).catch((error: unknown) => error);
    const sessions = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'BASE_BACKUP%'";
    await expect.poll(() => sql(sessions)).toHaveLength(1);
    await sql(`SELECT pg_terminate_backend(pid) FROM (${sessions}) s`);
    expect(await failure).toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringContaining("terminating"),
    });
  });

  it("fails when its storage does, or is cancelled, and ends on the server", async (test) => {
    const { options, sql } = await ownServer(test);
    await using ctx = await testContext();
    const full: ArtifactSink = {
      write: async (_, body) => {
        body.destroy();
        throw new Error("disk full");
      },
    };
    await expect(backupPhysical(options, defaults, full, ctx)).rejects.toThrow("disk full");
    const stop = new AbortController();
    await using cancelled = await testContext({ signal: stop.signal });
    const sink = memorySink();
    const stopping: ArtifactSink = {
      write: async (info, body) => {
        stop.abort();
        return await sink.write(info, body);
      },
    };
    await expect(backupPhysical(options, defaults, stopping, cancelled)).rejects.toMatchObject({
      code: "ABORTED",
    });
    const sessions = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'walsender'";
    await expect.poll(() => sql(sessions), { timeout: 10_000 }).toEqual([{ n: 0 }]);
  });
});
