import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactSource, BackupFacts } from "@dbsave/core";
import { expect, it } from "vitest";
import { restorePhysical } from "../../src/physical/restore/restore-physical.ts";
import { findShortage } from "../../src/physical/restore/shortage.ts";
import { restoreSizes } from "../../src/physical/restore/sizes.ts";
import { testContext } from "../support/context.ts";
import { sourceOf } from "../support/taken.ts";
import { manifestOf } from "./support/manifest.ts";
import { ownServer } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { placeForData } from "./support/restored.ts";

it("what goes onto one file system is taken together, wherever on it the places will be", async () => {
  const { bavail, bsize } = await statfs(tmpdir());
  const most = Math.floor(bavail * bsize * 0.6);
  const places = {
    directory: join(tmpdir(), "not", "there", "data"),
    tablespaces: new Map([[16_384, join(tmpdir(), "space")]]),
  };
  const sizes = (bytes: number) => ({ directory: bytes, tablespaces: new Map([[16_384, bytes]]), wal: 0 });
  expect(await findShortage(places, sizes(1024))).toEqual([]);
  expect(await findShortage({ ...places, tablespaces: new Map() }, sizes(most))).toEqual([]);
  expect(await findShortage(places, sizes(most))).toEqual([
    expect.objectContaining({
      severity: "error",
      code: "NO_SPACE",
      object: `${places.directory}, ${join(tmpdir(), "space")}`,
    }),
  ]);
});

it("a chain needs room for the most that is there while it is restored, and not only for what its full backup holds", async () => {
  const details = { serverVersion: "17.2", systemIdentifier: "1", walSegmentBytes: 2 ** 20, dataChecksums: true };
  const link = (number: number, files: Readonly<Record<string, number>>, parent?: ArtifactSource): ArtifactSource => {
    const own = { startLsn: `0/${number}00028`, stopLsn: `0/${number}00200`, incrementalFrom: `0/${number - 1}00028` };
    const kind = parent === undefined ? "full" : "incremental";
    const facts = { method: "physical", kind, details: { ...details, ...own } } as unknown as BackupFacts;
    const contents = Object.entries(files).map(([path, bytes]) => [path, Buffer.alloc(bytes)] as const);
    const manifest = manifestOf(Object.fromEntries(contents));
    return sourceOf(facts, new Map(Object.entries({ "base.tar": Buffer.alloc(0), backup_manifest: manifest })), parent);
  };
  const full = link(3, { "base/5/1": 8000, "base/5/2": 500, "pg_tblspc/9/PG_17/5/7": 70 });
  const second = link(
    4,
    { "base/5/INCREMENTAL.1": 12, "base/5/3": 900, "pg_tblspc/9/PG_17/5/INCREMENTAL.7": 90 },
    full,
  );
  const third = link(5, { "base/5/INCREMENTAL.1": 40 }, second);
  const { signal } = new AbortController();
  const wal = 2 ** 20;
  expect(await restoreSizes(full, undefined, signal)).toMatchObject({ directory: 8500 + wal });
  const most = { directory: 8000 + 500 + 900 + wal, tablespaces: new Map([[9, 90]]) };
  expect(await restoreSizes(second, undefined, signal)).toMatchObject(most);
  expect(await restoreSizes(third, undefined, signal)).toMatchObject(most);
});

it("a restore that moves a tablespace which the backup has not is refused before anything is written", async (test) => {
  const source = await ownServer(test);
  await using ctx = await testContext();
  const taken = await takePhysical(source.options, ctx);
  const request = { into: await placeForData(), force: false, tablespaces: new Map([["/mnt/none", "/srv/none"]]) };
  await expect(restorePhysical(request, taken.source, ctx)).rejects.toMatchObject({
    code: "OPTIONS_INVALID",
    message: expect.stringContaining("/mnt/none"),
  });
});
