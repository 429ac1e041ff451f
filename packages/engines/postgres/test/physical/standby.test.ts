import { appendFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactSink } from "@dbsave/core";
import { expect, it } from "vitest";
import { backupPhysical } from "../../src/physical/backup-physical.ts";
import { restorePhysical } from "../../src/physical/restore/restore-physical.ts";
import { testContext } from "../support/context.ts";
import { memorySink } from "../support/taken.ts";
import { type OwnServer, ownServer } from "./support/own-server.ts";
import { defaults, scratchOf, takePhysical } from "./support/physical-backup.ts";
import { placeForData, serveFrom, startOn } from "./support/restored.ts";

/** A standby of `primary`, made of a physical backup of it. */
async function standbyOf(primary: OwnServer): Promise<OwnServer> {
  await using ctx = await testContext();
  const { source } = await takePhysical(primary.options, ctx);
  const into = await placeForData();
  await restorePhysical({ into, force: false }, source, ctx);
  await rename(join(into, "recovery.signal"), join(into, "standby.signal"));
  const follow = `restore_command = ''\nprimary_conninfo = 'host=${primary.options.host} user=postgres'\n`;
  await appendFile(join(into, "postgresql.auto.conf"), follow);
  return await serveFrom(into, "standby");
}

it("a physical backup of a standby is restored to a server that follows nobody, and one of a standby that is promoted meanwhile is none", async (test) => {
  const primary = await ownServer(test);
  await primary.sql("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
  const standby = await standbyOf(primary);
  await primary.sql("INSERT INTO t SELECT generate_series(1001, 3000)");
  const count = "SELECT count(*)::int AS n FROM t";
  await expect.poll(() => standby.sql(count), { timeout: 20_000 }).toEqual([{ n: 3000 }]);
  await using ctx = await testContext();
  const { facts, source } = await takePhysical(standby.options, ctx);
  expect(facts.details["isStandby"]).toBe(true);
  const into = await placeForData();
  await restorePhysical({ into, force: false }, source, ctx);
  const ask = await startOn(into);
  expect(await ask(count)).toEqual([{ n: 3000 }]);
  expect(await ask("SELECT pg_is_in_recovery() AS follows")).toEqual([{ follows: false }]);
  await using scratch = scratchOf(primary.options);
  await scratch.engine.restore({ force: false }, source, ctx);
  expect(await scratch.check?.(ctx)).toMatch(/^2 databases, .* checked by amcheck; /);

  const promoting: ArtifactSink = {
    write: async (info, body) => {
      await standby.sql("SELECT pg_promote()");
      return await memorySink().write(info, body);
    },
  };
  const order = { ...defaults, compression: null };
  await expect(backupPhysical(standby.options, order, promoting, ctx)).rejects.toMatchObject({
    code: "BACKUP_FAILED",
    message: expect.stringContaining("promoted during online backup"),
  });
});
