import { compareFingerprints } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext } from "./support/context.ts";
import { testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

const tables = 1000;

it(`${tables} tables are backed up, found in the dump and restored to the same fingerprint`, {
  timeout: 120_000,
}, async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(
    database,
    `DO $$ BEGIN FOR i IN 1..${tables} LOOP
       EXECUTE format('CREATE TABLE t_%s (id serial PRIMARY KEY, a text)', i);
       EXECUTE format('INSERT INTO t_%s (a) VALUES (%L)', i, i);
     END LOOP; END $$`,
  );
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await testContext();
  const { facts, source } = await take(engine, ctx);
  const found = facts.fingerprint?.items.filter(({ kind }) => kind === "table") ?? [];
  expect(found.map(({ count }) => count)).toEqual(Array.from({ length: tables }, () => 1));
  expect(await engine.inspect(source, ctx)).toEqual([]);
  const into = `${database}_copy`;
  await engine.restore({ into, force: false }, source, ctx);
  await using restored = engine.at(into);
  expect(
    compareFingerprints(facts.fingerprint ?? { algorithm: "", items: [] }, await restored.fingerprint(ctx)),
  ).toEqual([]);
});
