import { compareRestored } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { sampleSql } from "./support/sample-database.ts";
import { testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

it("one database of several is restored alone, under another name, and compared with its own part only", async (test) => {
  const server = await testServer(test);
  const [shop, other] = [await server.create("shop"), await server.create("other")];
  await server.query(shop, sampleSql);
  await server.query(other, "CREATE TABLE untouched (a int)");
  await using engine = postgres(server.engineOptions("postgres", { databases: [shop, other] }));
  await using ctx = await server.context();
  const { source, facts } = await take(engine, ctx);
  const before = await server.databases();
  const into = `${shop}_check`;
  const report = await engine.restore({ into, force: false, select: { databases: [shop] } }, source, ctx);
  expect(report).toMatchObject({ target: into, movedAside: [], details: { databases: 1 } });
  expect(await server.databases()).toEqual([...before, into].toSorted());
  const compared = await compareRestored(engine, { manifest: source.manifest, into }, report);
  expect(compared.differences).toEqual([]);
  expect(compared.items).toBe(facts.fingerprint?.items.filter(({ name }) => name.startsWith(`${shop}: `)).length);

  await server.query(into, "DELETE FROM orders WHERE id = 7; CREATE TABLE more (a int)");
  const changed = await compareRestored(engine, { manifest: source.manifest, into }, report);
  expect(changed.differences.map(({ object, message }) => `${object} ${message}`)).toEqual([
    "table public.orders 500 rows in the source, 499 restored",
  ]);
});

it("a name that the backup does not hold is refused with the nearest one that it does", async (test) => {
  const server = await testServer(test);
  const [shop, other] = [await server.create("shop"), await server.create("other")];
  await using engine = postgres(server.engineOptions("postgres", { databases: [shop, other] }));
  await using ctx = await server.context();
  const { source } = await take(engine, ctx);
  const request = { force: false, select: { databases: [shop.slice(0, -1)] } };
  const failure = { code: "SOURCE_NOT_FOUND", hint: `Did you mean ${shop}?` };
  await expect(engine.planRestore(request, source, ctx)).rejects.toMatchObject(failure);
  await expect(engine.restore({ ...request, into: "x" }, source, ctx)).rejects.toMatchObject(failure);
  const both = { force: false, into: "one_name", select: { databases: [shop, other] } };
  await expect(engine.planRestore(both, source, ctx)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
});
