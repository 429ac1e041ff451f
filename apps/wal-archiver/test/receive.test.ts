import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogFile, openLog, openRepository } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { type OwnServer, server, startTimeoutMs, type TestServer, tryOwnServer } from "@dbsave/testbed";
import { expect, it, onTestFinished, type TestContext } from "vitest";
import { dbsaveWal, start } from "./support/dbsave-wal.ts";

const filling = "insert into t select i, repeat(md5(i::text), 20) from generate_series(1, 40000) i";

async function serverOf(test: Pick<TestContext, "skip">): Promise<OwnServer> {
  const own = await tryOwnServer("postgres-17-timescale");
  if (typeof own === "string") return test.skip(own);
  onTestFinished(() => own[Symbol.asyncDispose]());
  await own.sql("alter system set wal_keep_size = '1GB'; select pg_reload_conf(); create table t (i int, b text)");
  return own;
}

/** Where the command runs: a configuration with this server, and a repository. */
async function placeOf(
  { host, port, password }: TestServer,
  wal: string,
): Promise<{ directory: string; repository: string }> {
  const directory = mkdtempSync(join(tmpdir(), "dbsave-wal-receive-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const repository = join(directory, "repository");
  writeFileSync(join(directory, "password"), password, { mode: 0o600 });
  const target = `{ engine: postgres, host: ${host}, port: ${port}, user: postgres, password: "file:./password", method: physical, wal: ${wal} }`;
  const storages = "version: 1\nstorages: { local: { type: fs, path: ./repository } }\n";
  writeFileSync(join(directory, "dbsave.yaml"), `${storages}targets:\n  orders: ${target}\n`, { mode: 0o600 });
  await (await openRepository(fsStorage({ path: repository }), { create: true }))[Symbol.asyncDispose]();
  return { directory, repository };
}

async function archivedIn(path: string): Promise<readonly LogFile[]> {
  await using repository = await openRepository(fsStorage({ path }));
  return await openLog(repository, "orders", [], new AbortController().signal).list();
}

it("receive goes on behind a kill -9, and ends well within ten seconds of SIGTERM with everything archived", {
  timeout: startTimeoutMs,
}, async (test) => {
  const own = await serverOf(test);
  const { directory, repository } = await placeOf(own, "{ mode: receive, spool: ./spool }");
  const args = ["receive", "--create-slot", "--verbose", "--partial-every", "1"];
  const first = start(args, directory);
  await first.says("streaming: timeline 1");
  await own.sql(filling);
  await first.says("archived: 00000001");
  first.child.kill("SIGKILL");
  await first.ended;
  await own.sql(filling);
  const second = start(args, directory);
  const current = await own.sql("select pg_walfile_name(pg_current_wal_lsn() + 1)");
  await second.says(`archived: ${current}.`);
  const asked = performance.now();
  second.child.kill("SIGTERM");
  expect((await second.ended).status).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
  const segments = (await archivedIn(repository)).filter(({ name }) => /^[0-9A-F]{24}$/.test(name));
  const archived = segments.map(({ name, plainSha256 }) => `${name}|${plainSha256}`);
  const kept = await own.sql(`
    select name, encode(sha256(pg_read_binary_file('pg_wal/' || name)), 'hex') from pg_ls_waldir()
    where name between '${segments[0]?.name}' and '${current}' and name < '${current}' order by name`);
  expect(archived).toEqual(kept.split("\n"));
  expect(archived.length).toBeGreaterThan(1);
});

it("receive says what a target lacks: the slot, and the word in the configuration", {
  timeout: startTimeoutMs,
}, async (test) => {
  const shared = await server("postgres-17-timescale", test);
  const off = await dbsaveWal(["receive"], (await placeOf(shared, "off")).directory);
  expect(off).toMatchObject({ status: 2, stderr: expect.stringContaining("under targets.orders: wal: receive") });
  const { directory } = await placeOf(shared, "{ mode: receive, spool: ./spool }");
  const slotless = await dbsaveWal(["receive"], directory);
  expect(slotless).toMatchObject({ status: 1, stderr: expect.stringContaining("--create-slot") });
});
