import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { server, startTimeoutMs } from "@dbsave/testbed";
import { expect, it } from "vitest";
import { buildOnce, dbsave, dbsaveJson, emptyDirectory } from "./support/built-dbsave.ts";

buildOnce();

it("a role with no rights becomes one whose backups are proven, by what the command itself prints", {
  timeout: startTimeoutMs,
}, async (test) => {
  const postgres = await server("postgres-15", test);
  await using database = await postgres.database();
  const role = `backup_${database.name}`;
  const secret = "canary-hunter2";
  await database.sql(`
    create table orders as select i, 'order ' || i as note from generate_series(1, 1000) i; analyze orders;
    create role ${role} login password '${secret}'`);
  const cwd = emptyDirectory();
  const heard: string[] = [];
  const say = async (...words: readonly string[]) => {
    const ended = await dbsave(words, { cwd });
    heard.push(ended.stdout, ended.stderr);
    return ended;
  };
  try {
    const url = `postgres://${role}:${secret}@${postgres.host}:${postgres.port}/${database.name}`;
    const made = await dbsave(["init", "--to", "./b"], { cwd, env: { DATABASE_URL: url } });
    heard.push(made.stdout, made.stderr, readFileSync(join(cwd, "dbsave.yaml"), "utf8"));
    expect((await say("doctor")).stdout).toContain(`Give the password of ${role}`);

    writeFileSync(join(cwd, ".pgpass"), `*:*:*:${role}:${secret}\n`);
    chmodSync(join(cwd, ".pgpass"), 0o600);
    expect((await say("doctor")).status).toBe(1);
    await postgres.sql((await say("doctor", "--sql")).stdout);
    expect(await say("doctor")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("Everything is as it should be."),
    });
    expect(await say("doctor", "--sql")).toMatchObject({ status: 0, stdout: "" });

    expect(await say("run", "--verbose")).toMatchObject({ status: 0 });
    expect((await say("status")).status).toBe(0);
    expect((await say("inspect")).stdout).toMatch(/^public\.orders +[\d.]+ KiB +~1,000$/m);
    const { json } = await dbsaveJson(["inspect", database.name, "--count"], { cwd });
    expect(json).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ path: [database.name, "public", "orders"], rows: { count: 1000, isExact: true } }),
      ]),
    });
    expect(heard.join("\n") + JSON.stringify(json)).not.toContain(secret);
  } finally {
    await postgres.sql(`drop owned by ${role}; drop role ${role}`);
  }
});
