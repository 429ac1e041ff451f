import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { restorePhysical } from "../../src/physical/restore/restore-physical.ts";
import { findShortage } from "../../src/physical/restore/sizes.ts";
import { testContext } from "../support/context.ts";
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
