import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareFingerprints, DbsaveError, type RunContext } from "@dbsave/core";
import { hostServers } from "@dbsave/exec";
import { describe, expect, it, type TestContext } from "vitest";
import { postgres } from "../src/index.ts";
import { heldSink, heldSource } from "./support/held.ts";
import { anotherServer, type Setup, type TestServer, testServer } from "./support/server.ts";
import { noFingerprint, take } from "./support/taken.ts";

const bigTable = "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, 30000) i";

const timeout = 120_000;

const lost = { code: expect.stringMatching(/^(TOOL_FAILED|CONNECT_FAILED)$/) };

async function outcome(call: Promise<unknown>): Promise<unknown> {
  return await call.catch((error: unknown) => error);
}

type Fault = (server: TestServer, database: string) => Promise<void>;

/** What may happen to the program that dumps or fills a database, or to its session on the server. */
const faults: Readonly<Record<string, Fault>> = {
  "its session is terminated": async (server, database) => {
    await server.query("postgres", `SELECT pg_terminate_backend(pid) ${sessionOf(database)}`);
  },
  "the server process of its session is killed": async (server, database) => {
    const [session] = await server.query("postgres", `SELECT pid ${sessionOf(database)}`);
    await server.own.docker("exec", "sh", "-c", `kill -9 ${String(session?.["pid"])}`);
  },
  "it is killed": async (_server, database) => {
    for (const pid of programsOf(database)) process.kill(pid, "SIGKILL");
  },
};

/** Not those of the engine itself. */
function sessionOf(database: string): string {
  return `FROM pg_stat_activity WHERE datname = '${database}' AND query LIKE 'COPY%' LIMIT 1`;
}

/** Also of programs in a container: their processes are this machine's. */
function programsOf(database: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter(
      (pid) => pid > 0 && /^\S*pg_(dump|restore)\b.*dbname=/.test(commandOf(pid)) && commandOf(pid).includes(database),
    );
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** Nothing works for dbsave any more, and no database of a restore is left. */
async function expectNothingLeft(server: TestServer, database: string): Promise<void> {
  const sessions = () =>
    server.query("postgres", "SELECT query FROM pg_stat_activity WHERE application_name = 'dbsave'").catch(String);
  await expect.poll(sessions, { timeout: 20_000 }).toEqual([]);
  expect(programsOf(database)).toEqual([]);
  expect((await server.databases()).filter((name) => name.startsWith("dbsave"))).toEqual([]);
}

describe.each<Setup>(["15", "18"])("with PostgreSQL %s and pg_dump in its middle", (setup) => {
  it.for(Object.entries(faults))(
    "a backup fails when %s, stores no dump, and the next one is good",
    { timeout },
    async ([, fault], test) => {
      const { server, database, engine, ctx } = await filled(test, setup);
      const held = heldSink();
      const failed = outcome(engine.backup({ kind: "full" }, held.sink, ctx));
      await held.reached;
      await fault(server, database);
      held.release();
      expect(await failed).toMatchObject(lost);
      expect([...held.stored.keys()].filter((name) => name.endsWith(".dump"))).toEqual([]);
      await expectNothingLeft(server, database);
      const { source } = await take(engine, ctx);
      expect(await engine.inspect(source, ctx)).toEqual([]);
    },
  );
});

describe.each<Setup>(["15", "18"])("with PostgreSQL %s and pg_restore in its middle", (setup) => {
  it.for(Object.entries(faults))(
    "a restore fails when %s, leaves no database, and the next one is good",
    { timeout },
    async ([, fault], test) => {
      const { server, database, engine, ctx } = await filled(test, setup);
      const { source, facts } = await take(engine, ctx);
      const held = heldSource(source);
      const into = `${database}_copy`;
      const failed = outcome(engine.restore({ into, force: false }, held.source, ctx));
      await held.reached;
      const [temporary = ""] = (await server.databases()).filter((name) => name.startsWith("dbsave_restoring"));
      await expect.poll(() => server.query("postgres", `SELECT pid ${sessionOf(temporary)}`)).toHaveLength(1);
      await fault(server, temporary);
      held.release();
      expect(await failed).toMatchObject(lost);
      await expectNothingLeft(server, temporary);
      await engine.restore({ into, force: false }, source, ctx);
      await using restored = engine.at(into);
      expect(compareFingerprints(facts.fingerprint ?? noFingerprint, await restored.fingerprint(ctx))).toEqual([]);
    },
  );
});

describe.each<Setup>(["15", "15 in its container"])("with PostgreSQL %s", (setup) => {
  it.for([["kill"], ["restart", "--time=0"]] as const)(
    "docker %s of the server's container fails a backup and a restore in time",
    { timeout },
    async (command, test) => {
      await using server = await anotherServer(test, setup);
      if (server.own.container === undefined) test.skip("needs docker");
      const database = await server.create();
      await server.query(database, bigTable);
      await using engine = postgres(server.engineOptions(database));
      await using ctx = await server.context();
      const { source } = await take(engine, ctx);
      const [sink, dump] = [heldSink(), heldSource(source)];
      const failed = Promise.all([
        outcome(engine.backup({ kind: "full" }, sink.sink, ctx)),
        outcome(engine.restore({ into: `${database}_copy`, force: false }, dump.source, ctx)),
      ]);
      await Promise.all([sink.reached, dump.reached]);
      const [verb, ...options] = command;
      await server.own.docker(verb, ...options);
      for (const held of [sink, dump]) held.release();
      expect(await failed).toMatchObject([lost, lost]);
      expect(sink.stored.size).toBe(0);
      expect(programsOf(database)).toEqual([]);
    },
  );
});

it("a backup from a container that stands still is cancelled in time, and goes on nowhere", {
  timeout: 60_000,
}, async (test) => {
  await using server = await anotherServer(test, "15 in its container");
  const database = await server.create();
  await server.query(database, bigTable);
  await using engine = postgres(server.engineOptions(database));
  const stopping = new AbortController();
  await using ctx = await server.context(stopping.signal);
  const held = heldSink();
  const failed = outcome(engine.backup({ kind: "full" }, held.sink, ctx));
  await held.reached;
  await server.own.docker("pause");
  const begun = performance.now();
  stopping.abort();
  held.release();
  expect(await failed).toMatchObject({ code: "ABORTED" });
  expect(performance.now() - begun).toBeLessThan(25_000);
  await server.own.docker("unpause");
  await expectNothingLeft(server, database);
});

it("a throw-away server that is killed fails the restore into it, and leaves nothing", {
  timeout: 60_000,
}, async (test) => {
  const { engine, ctx: plain } = await filled(test, "15");
  const root = await mkdtemp(join(tmpdir(), "dbsave-t-"));
  await chmod(root, 0o711); // the server is another user
  const ctx = { ...plain, servers: hostServers({ env: process.env, root }) };
  const { source } = await take(engine, ctx);
  const held = heldSource(source);
  {
    await using scratch = (await engine.scratch?.(source.manifest, ctx)) ?? never();
    const failed = outcome(scratch.engine.restore({ force: false }, held.source, ctx));
    await held.reached;
    const [folder = ""] = readdirSync(root);
    const [pid] = readFileSync(join(root, folder, "data", "postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), "SIGKILL");
    held.release();
    expect(await failed).toBeInstanceOf(DbsaveError);
  }
  await rmdir(root); // it is empty
});

async function filled(
  test: Pick<TestContext, "skip">,
  setup: Setup,
): Promise<{ server: TestServer; database: string; engine: ReturnType<typeof postgres>; ctx: RunContext }> {
  const server = await testServer(test, setup);
  const database = await server.create();
  await server.query(database, bigTable);
  return { server, database, engine: postgres(server.engineOptions(database)), ctx: await server.context() };
}

function never(): never {
  throw new Error("it is not there");
}
