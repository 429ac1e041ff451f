import { backup, compareFingerprints, memoryStorage, openRepository, verify } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testServer } from "./support/server.ts";

it("a fingerprint of counts sees rows that are missing or too many, and not what is in them", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t AS SELECT i FROM generate_series(1, 10) i");
  await using engine = postgres(server.engineOptions(database, { fingerprint: "counts" }));
  await using ctx = await server.context();
  const before = await engine.fingerprint(ctx);
  expect(before.algorithm).toBe("postgres-counts-1");
  await server.query(database, "UPDATE t SET i = 0");
  expect(compareFingerprints(before, await engine.fingerprint(ctx))).toEqual([]);
  await server.query(database, "DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)");
  const [difference] = compareFingerprints(before, await engine.fingerprint(ctx));
  expect(difference?.message).toBe("10 rows in the source, 9 restored");
});

it("a proof compares by what the backup was taken with, whatever is configured now, and says what it did not compare", async (test) => {
  const server = await testServer(test);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t AS SELECT i FROM generate_series(1, 10) i");
  await using ctx = await server.context();
  const repository = await openRepository(memoryStorage(), { create: true });
  const run = { repository, target: "t", tools: ctx.tools, servers: ctx.servers, scratchRoot: ctx.scratchDir };
  await using counting = postgres(server.engineOptions(database, { fingerprint: "counts" }));
  await using comparing = postgres(server.engineOptions(database));
  const counted = await backup(counting, run);
  const digested = await backup(comparing, run);
  const level = "restore";
  expect(await verify(comparing, { ...run, manifest: counted, level })).toMatchObject({
    outcome: "passed",
    summary: expect.stringMatching(/10 rows counted, their contents not compared$/),
  });
  expect(await verify(counting, { ...run, manifest: digested, level })).toMatchObject({
    outcome: "passed",
    summary: expect.stringMatching(/10 rows equal$/),
  });
});
