import { backup, memoryStorage, openRepository, planRestore, restore, verify } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { servers, testContext, tools } from "../support/context.ts";
import { memorySink } from "../support/taken.ts";
import { ownServer } from "./support/own-server.ts";
import { placeForData, startOn } from "./support/restored.ts";

describe("method physical", () => {
  it("is backed up, proved and restored like any other", async (test) => {
    const source = await ownServer(test);
    await source.sql("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
    await using engine = postgres({ host: source.options.host, physical: {} });
    const repository = await openRepository(memoryStorage(), { create: true });
    const manifest = await backup(engine, { repository, target: "all", method: "physical", tools, servers });
    expect(manifest).toMatchObject({ method: "physical", kind: "full", fingerprint: null });
    const proof = await verify(engine, { repository, manifest, level: "restore", tools, servers });
    expect(proof).toMatchObject({ outcome: "passed" });
    const into = await placeForData();
    const plan = await planRestore(engine, { repository, manifest, into, tools, servers });
    expect(plan).toMatchObject({ target: into, findings: [] });
    const report = await restore(engine, { repository, manifest, into, tools, servers });
    expect(report.target).toBe(into);
    expect(await (await startOn(into))("SELECT count(*)::int AS n FROM t")).toEqual([{ n: 1000 }]);
    await expect(planRestore(engine, { repository, manifest, into, tools, servers })).resolves.toMatchObject({
      findings: [{ code: "TARGET_BUSY" }],
    });
    await expect(restore(engine, { repository, manifest })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    await expect(restore(engine, { repository, manifest, into: "relative" })).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
    });
  });

  it("is declared only by a target that wants it", async () => {
    await using logical = postgres({});
    await using both = postgres({ physical: { workers: 0 } });
    expect(logical.capabilities.methods).toEqual({ logical: ["full"] });
    expect(both.capabilities.methods).toEqual({ logical: ["full"], physical: ["full", "incremental"] });
    await using ctx = await testContext();
    const request = { method: "physical", kind: "full" } as const;
    await expect(logical.backup(request, memorySink(), ctx)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(() => postgres({ physical: { maxBytesPerSecond: 1 } })).toThrow("physical.maxBytesPerSecond");
    expect(() => postgres({ physical: { workers: -1 } })).toThrow("physical.workers");
  });
});
