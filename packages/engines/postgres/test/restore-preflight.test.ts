import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { ArtifactSource, Finding } from "@dbsave/core";
import { expect, it } from "vitest";
import { databasesName } from "../src/artifacts.ts";
import type { DatabaseSettings } from "../src/catalog/database-settings.ts";
import { postgres } from "../src/index.ts";
import { testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

/** The same backup, as if its databases had been made in another way. */
function madeOtherwise(source: ArtifactSource, change: Partial<DatabaseSettings>): ArtifactSource {
  return {
    ...source,
    async open(name) {
      if (name !== databasesName) return await source.open(name);
      const all = JSON.parse(await text(await source.open(name))) as DatabaseSettings[];
      return Readable.from([JSON.stringify(all.map((one) => ({ ...one, ...change })))], { objectMode: false });
    },
  };
}

const cases: readonly (readonly [string, Partial<DatabaseSettings>, Partial<Finding>])[] = [
  [
    "an extension that the server does not have",
    { extensions: [{ name: "no_such", version: "7.2", schema: "public" }] },
    { severity: "error", code: "TOOL_MISSING", object: "extension no_such", message: expect.stringContaining("7.2") },
  ],
  [
    "an extension in another version",
    { extensions: [{ name: "plpgsql", version: "0.9", schema: "pg_catalog" }] },
    { severity: "warning", message: "the backup has version 0.9, the server installs 1.0" },
  ],
  [
    "a locale that the server's system does not have",
    { collate: "xx_YY.UTF-8", ctype: "xx_YY.UTF-8", provider: "c" },
    { severity: "error", message: expect.stringContaining("xx_YY.UTF-8 (libc)") },
  ],
  [
    "a locale provider that the server does not have",
    { provider: "b", locale: "C.UTF-8" },
    { severity: "error", message: expect.stringContaining("C.UTF-8 (builtin)") },
  ],
  [
    "text that the server sorts otherwise",
    { provider: "i", locale: "de", collationVersion: "1.2.3" },
    {
      severity: "warning",
      message: expect.stringContaining("1.2.3"),
      fix: expect.stringContaining("REINDEX DATABASE"),
    },
  ],
];

it.for(cases)("%s is said before anything is made", async ([, change, finding], test) => {
  const server = await testServer(test);
  const database = await server.create();
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const source = madeOtherwise((await take(engine, ctx)).source, change);
  const request = { into: `${database}_copy`, force: false };
  expect((await engine.planRestore(request, source, ctx)).findings).toMatchObject([finding]);
  if (finding.severity !== "error") return;
  const before = await server.databases();
  await expect(engine.restore(request, source, ctx)).rejects.toMatchObject({ code: "TOOL_MISSING" });
  expect(await server.databases()).toEqual(before);
});

it("a role that may not make databases or roles, or has no sessions left, is told the SQL that helps", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  const weak = await server.role("weak");
  const gone = await server.role("gone");
  await server.query("postgres", `ALTER ROLE ${weak} CONNECTION LIMIT 4`);
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const { source } = await take(engine, ctx);
  await server.query("postgres", `DROP ROLE ${gone}`);
  await using other = postgres(server.engineOptions(database, { user: weak }));
  const { findings } = await other.planRestore({ into: `${database}_copy`, force: false, jobs: 8 }, source, ctx);
  expect(findings.map(({ code, fix }) => [code, fix])).toEqual([
    ["PERMISSION_DENIED", `Run as a superuser: ALTER ROLE "${weak}" CREATEDB;`],
    ["PERMISSION_DENIED", `Run as a superuser: ALTER ROLE "${weak}" CREATEROLE;`],
    ["PERMISSION_DENIED", `Run as a superuser: ALTER ROLE "${weak}" CONNECTION LIMIT 10;`],
  ]);
});

it("a backup of a newer server, and a client that is too old, are refused with both versions", {
  timeout: 120_000,
}, async (test) => {
  const [old, fresh] = [await testServer(test), await testServer(test, "17")];
  const database = await fresh.create();
  await using engine = postgres(fresh.engineOptions(database));
  await using ctx = await fresh.context();
  const { source } = await take(engine, ctx);
  await using older = postgres(old.engineOptions("postgres"));
  const request = { into: "copy", force: false };
  expect((await older.planRestore(request, source, ctx)).findings).toMatchObject([
    { code: "UNSUPPORTED", message: expect.stringMatching(/of PostgreSQL 17, the server is 15/) },
  ]);
  await using onHost = await old.context();
  expect((await engine.planRestore(request, source, onHost)).findings).toMatchObject([
    {
      code: "TOOL_MISSING",
      message: expect.stringContaining("17 or newer"),
      fix: expect.stringContaining("postgresql-client-17"),
    },
  ]);
});
