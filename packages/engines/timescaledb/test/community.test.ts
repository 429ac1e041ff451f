import { compareFingerprints } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { timescaledb } from "../src/index.ts";
import { communitySql, sampleSql } from "./support/sample-database.ts";
import { communityServer, setups } from "./support/server.ts";
import { take } from "./support/taken.ts";

describe.each(setups)("on PostgreSQL %s, with the community edition", { timeout: 180_000 }, (setup) => {
  it("compressed chunks, aggregates upon aggregates, policies and actions are proved and restored", async (test) => {
    const server = await communityServer(test, setup);
    const database = await server.create();
    await server.sql(sampleSql + communitySql, database);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const { source, fingerprint, facts } = await take(engine, ctx);
    expect(facts.details).toMatchObject({ edition: "community", compressedChunks: 59 });
    const names = (kind: string) => fingerprint.items.filter((item) => item.kind === kind).map(({ name }) => name);
    expect(names("continuous aggregate")).toEqual(["public.daily", "public.weekly"]);
    expect(names("job").map((name) => name.replace(/^\d+ /, ""))).toHaveLength(4);
    {
      await using scratch = (await engine.scratch?.(source.manifest, ctx)) ?? never();
      await scratch.engine.restore({ force: false }, source, ctx);
      expect(compareFingerprints(fingerprint, await scratch.engine.fingerprint(ctx))).toEqual([]);
    }
    for (const jobs of [1, 3]) {
      const into = `${database}_${jobs}`;
      await engine.restore({ into, force: false, jobs }, source, ctx);
      await using restored = engine.at(into);
      expect(compareFingerprints(fingerprint, await restored.fingerprint(ctx))).toEqual([]);
    }
  });

  it("a compressed chunk counts the rows in it, and one changed value in it is seen", async (test) => {
    const server = await communityServer(test, setup);
    const database = await server.create();
    await server.sql(sampleSql + communitySql, database);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const before = await engine.fingerprint(ctx);
    const [chunk = ""] = (await server.sql("SELECT show_chunks('readings') LIMIT 1", database)).split("\n");
    expect(before.items.find(({ kind, name }) => kind === "table" && name === chunk)?.count).toBeGreaterThan(20);
    await server.sql(`SELECT decompress_chunk('${chunk}'); SELECT compress_chunk('${chunk}')`, database);
    const again = await engine.fingerprint(ctx);
    const found = compareFingerprints(before, again).map(({ object }) => object);
    expect(found).not.toContain(`table ${chunk}`);
    await server.sql("UPDATE readings SET value = 99 WHERE at = (SELECT min(at) FROM readings)", database);
    const changed = compareFingerprints(again, await engine.fingerprint(ctx)).map(({ object }) => object);
    expect(changed).toContain(`table ${chunk}`);
  });

  it("a save tells how many chunks are compressed, and what they take", async (test) => {
    const server = await communityServer(test, setup);
    const database = await server.create();
    await server.sql(sampleSql + communitySql, database);
    await using engine = timescaledb(server.options(database));
    await using ctx = await server.context();
    const { details } = await engine.save(ctx);
    expect(details).toMatchObject({ hypertables: 6, compressedChunks: 59 });
    expect(details["compressedBytes"]).toBeGreaterThan(0);
  });
});

function never(): never {
  throw new Error("it is not there");
}
