import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { heldSource } from "./support/held.ts";
import { testServer } from "./support/server.ts";
import { take } from "./support/taken.ts";

it("what somebody put into an empty database while a backup was restored beside it is moved aside, not dropped", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  const into = await server.create("empty");
  await server.query(database, "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 1000)");
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const { source } = await take(engine, ctx);
  const held = heldSource(source);
  const restoring = engine.restore({ into, force: false }, held.source, ctx);
  await Promise.race([held.reached, restoring]);
  await server.query(into, "CREATE TABLE mine AS SELECT 'dear' AS what");
  held.release();
  const { movedAside } = await restoring;
  expect(movedAside).toEqual([expect.stringContaining(`${into}_before_restore_`)]);
  expect(await server.query(String(movedAside[0]), "SELECT what FROM mine")).toEqual([{ what: "dear" }]);
});
