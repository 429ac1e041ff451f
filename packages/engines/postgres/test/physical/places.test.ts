import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findObstacles, restorePlaces } from "../../src/physical/restore/places.ts";
import { findLeftovers, stagingBeside } from "../../src/physical/restore/staging.ts";
import { findUnarchived } from "../../src/physical/restore/unarchived.ts";
import { placeForData } from "./support/restored.ts";

it("places are apart from one another, and a mount is not one that can be moved aside", async () => {
  const contents = { tablespaces: [9, 10].map((oid) => ({ oid, location: `/mnt/${oid}` })) };
  const to = (...places: readonly [string, string]) => {
    const moved = new Map(places.map((place, index) => [`/mnt/${index + 9}`, place]));
    return () => restorePlaces("/srv/data", contents, moved);
  };
  expect(to("/srv/data2", "/srv/fast")().tablespaces.get(9)).toBe("/srv/data2");
  for (const [one, other] of [
    ["/srv/x", "/srv/x/"],
    ["/srv/x", "/srv/x/y"],
    ["/srv/data/x", "/srv/y"],
    ["/srv", "/y"],
  ] as const)
    expect(to(one, other), `${one} ${other}`).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
  expect(await findObstacles({ directory: "/proc", tablespaces: new Map() }, true)).toMatchObject([
    { code: "TARGET_BUSY", object: "/proc" },
  ]);
});

it("what a killed restore has left beside a directory is told", async () => {
  const into = await placeForData();
  const left = stagingBeside(into);
  for (const path of [`${into}base`, left]) await mkdir(path);
  expect(await findLeftovers(into)).toMatchObject([{ severity: "warning", object: left }]);
  expect(await findLeftovers(join(into, "not", "there"))).toEqual([]);
});

it("WAL that a server had not archived when its directory is moved aside is told", async () => {
  const into = await placeForData();
  expect(await findUnarchived(into)).toEqual([]);
  const status = join(into, "pg_wal/archive_status");
  await mkdir(status, { recursive: true });
  const names = ["000000010000000000000004.done", "000000010000000000000006.ready", "000000010000000000000005.ready"];
  for (const name of names) await writeFile(join(status, name), "");
  expect(await findUnarchived(into)).toEqual([
    {
      severity: "warning",
      code: "LOG_INCOMPLETE",
      object: join(into, "pg_wal/000000010000000000000005"),
      message: expect.stringContaining("it and 1 more are not archived"),
      fix: expect.stringContaining("dbsave-wal push"),
    },
  ]);
});
