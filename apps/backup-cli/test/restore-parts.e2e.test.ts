import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRepository } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";

buildOnce();

it("one database of a server, and one table of it, are restored beside the database in use", {
  timeout: startTimeoutMs,
}, async (test) => {
  const postgres = await server("postgres-15", test);
  await using app = await postgres.database();
  await using other = await postgres.database();
  await app.sql(
    "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id serial PRIMARY KEY, customer int REFERENCES customers)",
  );
  await app.sql(
    "INSERT INTO customers VALUES (7); INSERT INTO orders (customer) SELECT 7 FROM generate_series(1, 100)",
  );
  const cwd = emptyDirectory();
  const { host, port, user, password } = postgres;
  const source = { engine: "postgres", host, port, user, password: "env:PW", databases: [app.name, other.name] };
  const config = { version: 1, storages: { here: { type: "fs", path: "./b" } }, targets: { orders: source } };
  writeFileSync(join(cwd, "dbsave.yaml"), JSON.stringify(config));
  const run = { cwd, env: { PW: password } };
  await openRepository(fsStorage({ path: join(cwd, "b") }), { create: true });
  expect(await dbsave(["backup"], run)).toMatchObject({ status: 0 });
  const name = (hint: string): string => `${hint}_${randomBytes(4).toString("hex")}`;
  const [check, rescued] = [name("check"), name("rescued")];
  onTestFinished(async () => {
    for (const made of [check, rescued]) await postgres.sql(`DROP DATABASE IF EXISTS ${made}`);
  });

  const whole = await dbsave(["restore", "orders", "--database", app.name, "--as", check], run);
  expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining("equal to the backup") });
  expect(whole.stdout).toMatch(/101 rows \(what was restored; the backup has \d+ items\)/);

  const table = ["restore", "orders", "--database", app.name, "--table", "public.orders"];
  const plan = await dbsaveJson([...table, "--as", rescued, "--dry-run"], run);
  expect(plan).toMatchObject({ status: 0, json: { type: "restore-plan", target: rescued, findings: [] } });
  expect(await dbsaveJson([...table, "--as", rescued, "--jobs", "2"], run)).toMatchObject({
    status: 0,
    json: { isEqual: true, compared: { rows: 100 }, details: { foreignKeysLeftOut: 1 } },
  });

  expect(await dbsave([...table, "--as", check], run)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("TARGET_NOT_EMPTY"),
  });
  expect(await dbsave(["restore", "orders", "--as", "a", "--into", "b"], run)).toMatchObject({ status: 2 });
  expect(await dbsave(["restore", "orders", "--database", "nothing", "--as", "a"], run)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("the backup holds no database nothing"),
  });
  const elsewhere = { cwd: emptyDirectory() };
  expect(await dbsave(["restore", "--from", join(cwd, "b"), "--into", "somewhere"], elsewhere)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--into postgres://user@host/database"),
  });
});
