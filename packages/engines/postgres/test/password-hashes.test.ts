import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { anotherServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

it("a server that logs every statement has no hash of a password in its log after roles were restored", {
  timeout: 120_000,
}, async (test) => {
  await using server = await anotherServer(test);
  const { container } = server.own;
  if (container === undefined) test.skip("needs docker");
  const database = await server.create();
  const role = await server.role("keeper");
  const passwords = `SELECT rolpassword AS hash FROM pg_authid WHERE rolname = '${role}'`;
  const [before] = await server.query("postgres", passwords);
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const { source } = await take(engine, ctx);
  await server.query("postgres", `DROP ROLE ${role}`);
  for (const setting of ["log_statement = 'all'", "log_min_duration_statement = 0"])
    await server.query("postgres", `ALTER SYSTEM SET ${setting}`);
  await server.query("postgres", "SELECT pg_reload_conf()");
  const log = () => spawnSync("docker", ["logs", container?.id ?? ""], { encoding: "utf8" }).stderr;
  await expect.poll(log).toContain('parameter "log_statement" changed');
  await engine.restore({ into: `${database}_copy`, force: false }, source, ctx);
  const logged = log();
  expect(await server.query("postgres", passwords)).toEqual([before]);
  expect(logged).toContain("CREATE DATABASE");
  expect(logged).not.toContain("SCRAM-SHA-256$");
});
