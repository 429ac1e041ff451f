import { compareFingerprints } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { testContext } from "./support/context.ts";
import { sampleSql } from "./support/sample-database.ts";
import { type Setup, testServer } from "./support/server.ts";
import { noFingerprint, take } from "./support/taken.ts";

const timeout = 120_000; // several servers may have to be started on a busy machine

describe.each<Setup>(["15 in its container", "17"])("PostgreSQL %s", (setup) => {
  it("is saved, backed up, inspected, proved on a throw-away server, and restored", { timeout }, async (test) => {
    const server = await testServer(test, setup);
    const database = await server.create();
    await server.query(database, sampleSql);
    await using engine = postgres(server.engineOptions(database));
    await using ctx = await server.context();
    expect((await engine.save(ctx)).proof).toMatch(/^checkpoint /);
    const { facts, source } = await take(engine, ctx);
    const fingerprint = facts.fingerprint ?? noFingerprint;
    expect(facts.details["clientVersion"]).toBe(facts.details["serverVersion"]);
    expect(await engine.inspect(source, ctx)).toEqual([]);
    {
      await using scratch = (await engine.scratch?.(source.manifest, ctx)) ?? never();
      await scratch.engine.restore({ force: false }, source, ctx);
      expect(compareFingerprints(fingerprint, await scratch.engine.fingerprint(ctx))).toEqual([]);
    }
    const into = `${database}_copy`;
    await engine.restore({ into, force: false }, source, ctx);
    await using restored = engine.at(into);
    expect(compareFingerprints(fingerprint, await restored.fingerprint(ctx))).toEqual([]);
  });
});

describe("between versions", () => {
  it("a backup of 15 is restored into 18, whose programs read it, to the same fingerprint", {
    timeout,
  }, async (test) => {
    const [old, recent] = [await testServer(test, "15"), await testServer(test, "18")];
    const database = await old.create();
    await old.query(database, sampleSql);
    await old.query(
      database,
      "GRANT ALL ON orders TO pg_monitor; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO pg_monitor; GRANT INSERT ON events TO PUBLIC",
    );
    await using oldEngine = postgres(old.engineOptions(database));
    await using oldContext = await old.context();
    const { facts, source } = await take(oldEngine, oldContext);
    await using engine = postgres(recent.engineOptions("postgres"));
    await using ctx = await recent.context();
    await engine.restore({ into: database, force: false }, source, ctx);
    const expected = facts.fingerprint ?? noFingerprint;
    await using restored = engine.at(database);
    const here = await restored.fingerprint(ctx);
    const differences = compareFingerprints(expected, here).map(({ object }) => object);
    expect(differences).toEqual(["schema extension pgcrypto"]); // its version comes with the server
  });

  it("a backup of 18 is refused by 15 with UNSUPPORTED before anything is made or read", { timeout }, async (test) => {
    const [old, recent] = [await testServer(test, "15"), await testServer(test, "18")];
    const database = await recent.create();
    await using engine = postgres(recent.engineOptions(database));
    await using ctx = await recent.context();
    const { source } = await take(engine, ctx);
    const unread = { ...source, open: never };
    await using oldEngine = postgres(old.engineOptions("postgres"));
    await using oldContext = await old.context();
    const before = await old.databases();
    await expect(oldEngine.restore({ into: database, force: false }, unread, oldContext)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(/of PostgreSQL 18, the server is 15\./),
    });
    expect(await old.databases()).toEqual(before);
  });

  it("a client that is older than the server is refused with both versions before anything is stored", {
    timeout,
  }, async (test) => {
    const server = await testServer(test, "18");
    await using engine = postgres(server.engineOptions("postgres", { binDirectory: "/usr/lib/postgresql/15/bin" }));
    await using ctx = await testContext(); // the programs of this machine
    const refusal = {
      code: "TOOL_MISSING",
      message: expect.stringMatching(/pg_dump: version 18 or newer is needed, .* is 15\./),
    };
    await expect(take(engine, ctx)).rejects.toMatchObject(refusal);
    const finding = {
      code: "TOOL_MISSING",
      object: "pg_dump",
      message: expect.stringMatching(/^version 18 or newer is needed, .* is 15\./),
    };
    expect((await engine.probe(ctx)).findings).toContainEqual(expect.objectContaining(finding));
  });
});

function never(): never {
  throw new Error("it is not there, or must not be read");
}
