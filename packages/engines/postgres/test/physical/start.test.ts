import { spawnSync } from "node:child_process";
import { access, appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LastingServerRunner, RestoreReport } from "@dbsave/core";
import { containerLastingServers, hostLastingServers } from "@dbsave/exec";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { postgres } from "../../src/index.ts";
import { reachedIn } from "../../src/physical/start/reached.ts";
import { RecoveryLog } from "../../src/physical/start/recovery-log.ts";
import { parseLsn } from "../../src/wal/lsn.ts";
import { testContext, tools } from "../support/context.ts";
import type { Taken } from "../support/taken.ts";
import { type OwnServer, ownServer, query } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { placeForData } from "./support/restored.ts";
import { majors, optionsOf } from "./support/servers.ts";

const { env } = process;
const onHost = hostLastingServers({ env });

/** A server whose restored copies do not wait for the disk either. */
async function sourceOf(
  test: Pick<TestContext, "skip">,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnServer> {
  const source = await ownServer(test, settings);
  await source.sql("ALTER SYSTEM SET fsync = off");
  return source;
}

/** What `command` of a report did. */
function shell(command: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

async function start(
  taken: Taken,
  into: string,
  order: { readonly servers: LastingServerRunner; readonly port?: number; readonly timeoutMs?: number },
  ctx: Awaited<ReturnType<typeof testContext>>,
): Promise<RestoreReport> {
  const report = await postgres({}).restore({ into, force: false, start: order }, taken.source, ctx);
  onTestFinished(() => void shell(report.started?.stopCommand ?? "true"));
  return report;
}

describe("a restored server that was started", { timeout: startTimeoutMs }, () => {
  it("has recovered, goes on alone, tells how far it came, and stops as it is told to", async (test) => {
    const source = await sourceOf(test, { archive_mode: "on", archive_command: "true" });
    await source.sql("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
    await source.sql("ALTER SYSTEM SET external_pid_file = '/nowhere/pid'");
    const [{ path } = {}] = await source.sql("SELECT current_setting('data_directory') AS path");
    const into = await placeForData();
    const [ended, cleaned] = ["ended", "cleaned"].map((name) => `${into}.${name}`);
    const own = [
      `data_directory = '${String(path)}'`,
      `recovery_end_command = 'touch ${ended}'`,
      `archive_cleanup_command = 'touch ${cleaned}'`,
      "synchronous_standby_names = '*'",
    ];
    await appendFile(join(String(path), "postgresql.conf"), `${own.join("\n")}\n`);
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const report = await start(taken, into, { servers: onHost }, ctx);
    const { started } = report;
    expect(started).toMatchObject({
      where: expect.stringMatching(/^process \d+$/),
      connection: `host=${into} port=5432 user=postgres dbname=postgres`,
      reached: { timeline: 2, reason: expect.stringContaining("no recovery target") },
    });
    expect(started?.reached.position).toMatch(/^0\/[0-9A-F]+$/);
    const settings =
      "SELECT (SELECT count(*)::int FROM t) AS n, current_setting('archive_mode') AS archive, inet_server_port() AS tcp, pg_is_in_recovery() AS recovering";
    expect(await query(into, settings)).toEqual([{ n: 1000, archive: "off", tcp: null, recovering: false }]);
    await query(into, "CREATE TABLE after ()"); // waits for no standby
    for (const file of [ended, cleaned]) await expect(access(String(file))).rejects.toMatchObject({ code: "ENOENT" });
    const inside = { tools, signal: ctx.signal };
    await writeFile(join(into, "pg_wal/00000009.history"), "1\t0/1000000\tof another server\n");
    const { position } = started?.reached ?? {};
    expect(await reachedIn(inside, into, { left: 1, at: null })).toMatchObject({ timeline: 2, position });
    await expect(reachedIn(inside, into, { left: 2, at: null })).rejects.toMatchObject({ code: "RESTORE_FAILED" });
    expect(shell(started?.logCommand ?? "").output).toContain("archive recovery complete");
    expect(shell(started?.stopCommand ?? "")).toMatchObject({ status: 0 });
    await expect(query(into, "SELECT 1")).rejects.toMatchObject({ code: "ENOENT" });
    expect(await reachedIn(inside, into, { left: 1, at: null })).toBeNull();
  });

  it("that does not come up is an error in its own words, and what was restored stays", async (test) => {
    const source = await sourceOf(test);
    await source.sql("ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'");
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const into = await placeForData();
    await expect(start(taken, into, { servers: onHost }, ctx)).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: expect.stringMatching(/FATAL: .*no_such_library/),
    });
    expect(await readFile(join(into, "PG_VERSION"), "utf8")).toBe("15\n");
    const slow = await placeForData();
    await source.sql("ALTER SYSTEM RESET shared_preload_libraries");
    const sound = await takePhysical(source.options, ctx);
    await expect(start(sound, slow, { servers: onHost, timeoutMs: 1 }, ctx)).rejects.toMatchObject({
      code: "TIMED_OUT",
    });
    await expect(readFile(join(slow, "postmaster.pid"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("gets the settings that the source kept elsewhere, and a port where one is wanted", async (test) => {
    const source = await sourceOf(test, { max_connections: "250" });
    const [{ path } = {}] = await source.sql("SELECT current_setting('data_directory') AS path");
    for (const name of ["postgresql.conf", "pg_ident.conf", "pg_hba.conf"]) await rm(join(String(path), name));
    await source.sql("ALTER ROLE postgres PASSWORD 'secret'");
    await using ctx = await testContext();
    const taken = await takePhysical(source.options, ctx);
    const into = await placeForData();
    const port = 20_000 + (process.pid % 20_000);
    await start(taken, into, { servers: onHost, port }, ctx);
    expect(ctx.events).toContainEqual({ type: "note", message: expect.stringContaining("pg_hba.conf") });
    const engine = postgres({ host: "127.0.0.1", port, password: "secret", ssl: "disable" });
    await expect(engine.probe(ctx)).resolves.toMatchObject({ version: expect.stringContaining("15") });
    await expect(
      postgres({ host: "127.0.0.1", port, password: "wrong", ssl: "disable" }).probe(ctx),
    ).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
  });

  it("is refused for a place that it could not have, before anything is restored", async () => {
    await using ctx = await testContext();
    const engine = postgres({});
    const source = { manifest: { method: "physical", details: {}, artifacts: [] } } as unknown as Taken["source"];
    const into = `/tmp/${"x".repeat(100)}`;
    const request = { into, force: false, start: { servers: onHost } };
    await expect(engine.restore(request, source, ctx)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    const logical = { manifest: { id: "b", method: "logical" } } as unknown as Taken["source"];
    await expect(engine.restore(request, logical, ctx)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe.for(majors.slice(1))("a restored server of %s", { timeout: startTimeoutMs }, (major) => {
  it("is started in a container of the backup's image, which goes on", async (test) => {
    const source = await server(major, test);
    const { container } = source;
    if (container === undefined) return test.skip("needs docker");
    await source.sql("CREATE TABLE started AS SELECT i AS a FROM generate_series(1, 1000) i");
    onTestFinished(async () => void (await source.sql("DROP TABLE started")));
    await using ctx = await testContext();
    const [name = "", id = ""] = shell(`docker inspect --format '{{.Config.Image}} {{.Image}}' ${container.name}`)
      .output.trim()
      .split(" ");
    const taken = await takePhysical({ ...optionsOf(source), image: { name, id } }, ctx);
    const into = await placeForData();
    const { started } = await start(taken, into, { servers: containerLastingServers({ env }) }, ctx);
    const [, made = ""] = /^container (dbsave-[0-9a-f]{8})$/.exec(started?.where ?? "") ?? [];
    onTestFinished(() => void shell(`docker rm --force ${made}`));
    const network = shell(`docker inspect --format '{{.HostConfig.NetworkMode}}' ${made}`).output.trim();
    expect([network, started?.reached.timeline]).toEqual(["none", 2]);
    const psql = `docker exec --user postgres ${made} psql -XAt -h ${into} -c 'select count(*) from started'`;
    expect(shell(psql)).toMatchObject({ output: "1000\n" });
    expect(shell(started?.stopCommand ?? "").status).toBe(0);
  });
});

describe("the log of a recovery", () => {
  const taking = (...lines: readonly string[]): RecoveryLog => {
    const log = new RecoveryLog();
    for (const line of lines) log.take(line);
    return log;
  };

  it("tells how far it is, when the last transaction was, and that it is over", () => {
    const begun = taking("2026-11-21 15:12:00 UTC [7] LOG:  redo starts at 0/2000028");
    expect(begun).toMatchObject({ replayed: parseLsn("0/2000028"), isReady: false });
    begun.take("LOG:  redo in progress, elapsed time: 1.00 s, current LSN: 1/7F00A0");
    expect(begun.replayed).toBe(parseLsn("1/7F00A0"));
    begun.take("LOG:  last completed transaction was at log time 2026-11-21 15:12:01.25+05:30");
    begun.take("LOG:  database system is ready to accept read-only connections");
    expect(begun).toMatchObject({ isReady: false, lastCommit: new Date("2026-11-21T09:42:01.250Z") });
    begun.take("LOG:  database system is ready to accept connections");
    expect(begun.isReady).toBe(true);
  });

  it("says why it ended by its failures, else by its last lines", () => {
    expect(taking("LOG:  a", "FATAL:  recovery ended", "LOG:  b").why()).toBe("FATAL:  recovery ended");
    const early = Array.from({ length: 20 }, () => "FATAL:  the database system is starting up");
    expect(taking(...early, "PANIC:  b").why()).toBe("PANIC:  b");
    expect(taking("LOG:  a", "").why()).toBe("LOG:  a");
    expect(taking().why()).toBe("it printed nothing");
  });
});
