import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { detectSource } from "../src/index.ts";
import { workplace } from "./workplace.ts";

const url = "postgres://backup:hunter2@db/orders";

it("a server is found by DATABASE_URL of the environment, else of .env, and told without its password", async () => {
  await using here = await workplace();
  const cwd = here.directory;
  const found = { source: url, description: "postgres://db/orders" };
  const reason = "DATABASE_URL in the environment";
  expect(await detectSource({ env: { DATABASE_URL: url }, cwd })).toEqual({ ...found, reason });
  await here.file(".env", `DATABASE_URL=${url}\n`);
  expect(await detectSource({ env: {}, cwd })).toEqual({ ...found, reason: "DATABASE_URL in .env" });
});

it("PG* variables are believed only where nothing of the application is found", async () => {
  await using here = await workplace();
  const cwd = here.directory;
  const place = { env: { PGHOST: "db" }, cwd };
  expect(await detectSource(place)).toMatchObject({ source: "postgres://", reason: "PGHOST in the environment" });
  new DatabaseSync(join(cwd, "app.db")).exec("create table t (a)");
  expect(await detectSource(place)).toMatchObject({ source: join(cwd, "app.db") });
});

it("nothing is made up where nothing is told", async () => {
  await using here = await workplace();
  await expect(detectSource({ env: {}, cwd: here.directory })).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
});
