import { Readable } from "node:stream";
import { type ArtifactSource, DbsaveError } from "@dbsave/core";
import { startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { inspectPhysical } from "../../src/physical/inspect-physical.ts";
import { testContext } from "../support/context.ts";
import { ownServer } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { summarizingMajors, summarizingServer } from "./support/summarizing-server.ts";

describe.for(summarizingMajors)("an incremental backup of %s", { timeout: startTimeoutMs }, (major) => {
  it("holds what changed, and is full, with the reason, where it cannot be", async (test) => {
    const source = await summarizingServer(major, test);
    await source.sql("create table t as select i as a, repeat('x', 500) as b from generate_series(1, 100000) i");
    await using ctx = await testContext();
    const full = await takePhysical(source.options, ctx);
    await source.sql("update t set a = -a where a <= 100");
    const upon = await takePhysical(source.options, ctx, { parent: full.source });
    expect(upon.facts).toMatchObject({
      kind: "incremental",
      details: { incrementalFrom: full.facts.details["startLsn"] },
    });
    expect(upon.facts.fullBecause).toBeUndefined();
    const stored = (taken: typeof full) => [...taken.artifacts.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    expect(stored(upon)).toBeLessThan(stored(full) / 2);
    expect(await inspectPhysical(upon.source, ctx)).toEqual([]);

    const fullUpon = async (parent: ArtifactSource): Promise<unknown> => {
      const { facts, source: taken } = await takePhysical(source.options, ctx, { parent, compression: null });
      expect(facts.kind).toBe("full");
      expect(await inspectPhysical(taken, ctx)).toEqual([]);
      return facts.fullBecause;
    };
    const { manifest } = upon.source;
    const changed = (details: Record<string, string | boolean>): ArtifactSource => {
      return { ...upon.source, manifest: { ...manifest, details: { ...manifest.details, ...details } } };
    };
    expect(await fullUpon(changed({ systemIdentifier: "1" }))).toContain("is of the system 1");
    expect(await fullUpon(changed({ dataChecksums: false }))).toContain("checksums of pages were switched on");
    const locked: ArtifactSource = {
      ...upon.source,
      open: async () => Promise.reject(new DbsaveError("KEY_WRONG", "no key")),
    };
    expect(await fullUpon(locked)).toBe("no key");
    const cut: ArtifactSource = {
      ...upon.source,
      open: async () => Readable.from(failing(upon.artifacts.get("backup_manifest") as Buffer)),
    };
    expect(await fullUpon(cut)).toBe("cut off");
    const other: ArtifactSource = { ...upon.source, open: async () => Readable.from([Buffer.from("{}")]) };
    expect(await fullUpon(other)).toMatch(/^postgres: UPLOAD_MANIFEST: (?!postgres)/);
    expect(ctx.events.filter(({ type }) => type === "note")).toEqual([]);
    await source.sql("alter system set summarize_wal = off");
    await source.sql("select pg_reload_conf()");
    await expect.poll(() => source.sql("show summarize_wal")).toBe("off");
    expect(await fullUpon(upon.source)).toContain("summarize_wal");
  });
});

it("of a server older than 17 is full, with the reason", async (test) => {
  const { options } = await ownServer(test);
  await using ctx = await testContext();
  const full = await takePhysical(options, ctx);
  const { facts } = await takePhysical(options, ctx, { parent: full.source });
  expect(facts).toMatchObject({ kind: "full", fullBecause: expect.stringContaining("PostgreSQL 17") });
});

async function* failing(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes.subarray(0, bytes.length / 2);
  throw new DbsaveError("CHECKSUM_MISMATCH", "cut off");
}
