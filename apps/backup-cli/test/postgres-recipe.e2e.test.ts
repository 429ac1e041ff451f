import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareFingerprints, type Manifest, readCatalog } from "@dbsave/core";
import { type PostgresOptions, postgres } from "@dbsave/postgres";
import { type OwnServer, type ServerName, tryOwnServer } from "@dbsave/testbed";
import { expect, it, onTestFinished, type TestContext } from "vitest";
import { buildOnce, emptyDirectory } from "./support/built-dbsave.ts";
import { isInstalled, stock } from "./support/databases.ts";
import { type PostgresTarget, postgresTarget } from "./support/postgres-target.ts";

buildOnce();

const timeout = 300_000;

it("RESTORE.md of an encrypted backup of a whole server gives an empty server every database, role and password", {
  timeout,
}, async (test) => {
  for (const program of ["age", "zstd", "psql"]) if (!isInstalled(program)) test.skip(`needs ${program}`);
  const recipient = identity();
  const settings = ["databases: all", `encrypt: { age: [${recipient.publicKey}] }`];
  const target = await postgresTarget(test, "on the host", { rows: 200, settings });
  const { server } = target;
  for (const name of ["-x", "a=b", `it's ""quoted""`, "line\nbreak"]) await server.sql(`create database "${name}"`);
  await server.sql("create role keeper login password 'old secret'; create table in_postgres as select 1 as a");
  expect(await target.run(["backup", "app"])).toMatchObject({ status: 0 });
  const other = await emptyServer(test, "postgres-15", target);
  const { manifest, directory, recipe } = await stored(target);
  writeFileSync(join(directory, "key.txt"), recipient.secretKey);
  const env = { PGHOST: other.host, PGPORT: String(other.port), PGUSER: other.user, PGPASSWORD: server.password };
  const { status, stderr } = spawnSync("bash", ["-ec", recipe], {
    cwd: directory,
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const databases = JSON.parse(String(manifest.details["databases"])) as string[];
  expect(databases).toEqual(["-x", "a=b", "app", `it's "quoted"`, "line\nbreak", "postgres"]);
  expect(await differences(manifest, other, { databases, password: server.password })).toEqual([]);
  const hash = "select rolpassword from pg_authid where rolname = 'keeper'";
  expect(await other.sql(hash)).toBe(await server.sql(hash));
});

it("RESTORE.md of a dump that pg_dump 18 compressed is followed with the programs in another container of 18", {
  timeout,
}, async (test) => {
  const name = "postgres-18-timescale";
  const target = await postgresTarget(test, "in the container", { name, rows: 200 });
  expect(await target.run(["backup", "app"])).toMatchObject({ status: 0 });
  const other = await emptyServer(test, name, target);
  const { manifest, directory, recipe } = await stored(target);
  const bin = join(emptyDirectory(), "bin");
  mkdirSync(bin);
  for (const program of ["psql", "pg_restore"]) {
    const inside = `exec docker exec -i -e PGHOST=/tmp -e PGUSER=postgres ${other.container?.name} ${program} "$@"\n`;
    writeFileSync(join(bin, program), `#!/bin/sh\n${inside}`);
    chmodSync(join(bin, program), 0o755);
  }
  const { status, stderr } = spawnSync("bash", ["-ec", recipe], {
    cwd: directory,
    env: { PATH: `${bin}:${process.env["PATH"]}` },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const { database, server } = target;
  expect(await differences(manifest, other, { database, password: server.password })).toEqual([]);
});

/** The globals bring the password of the old superuser along. */
async function emptyServer(
  test: Pick<TestContext, "skip">,
  name: ServerName,
  { server }: PostgresTarget,
): Promise<OwnServer> {
  const found = await tryOwnServer(name);
  const other = typeof found === "string" ? test.skip(found) : found;
  onTestFinished(() => other[Symbol.asyncDispose]());
  await other.sql(`alter role postgres password '${server.password}'`);
  return other;
}

async function stored({ repository, cwd }: PostgresTarget): Promise<{
  readonly manifest: Manifest;
  readonly directory: string;
  readonly recipe: string;
}> {
  const { entries } = await readCatalog(repository, "app", new AbortController().signal);
  const manifest = entries[0]?.manifest ?? never();
  const directory = join(cwd, "backups", "app", "backups", manifest.id);
  const recipe = /```sh\n(.*?)```/s.exec(readFileSync(join(directory, "RESTORE.md"), "utf8"))?.[1] ?? "";
  return { manifest, directory, recipe };
}

async function differences(
  { fingerprint }: Manifest,
  { host, port, user }: OwnServer,
  more: PostgresOptions,
): Promise<readonly unknown[]> {
  await using restored = postgres({ host, port, user, ...more });
  const context = { signal: new AbortController().signal } as Parameters<typeof restored.fingerprint>[0];
  return compareFingerprints(fingerprint ?? never(), await restored.fingerprint(context));
}

function identity(): { readonly secretKey: string; readonly publicKey: string } {
  const secretKey = stock("age-keygen", [], { cwd: "/" });
  return { secretKey, publicKey: /age1\w+/.exec(secretKey)?.[0] ?? "" };
}

function never(): never {
  throw new Error("it is not there");
}
