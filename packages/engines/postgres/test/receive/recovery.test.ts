import { backup, keys, planRecovery, restore } from "@dbsave/core";
import { expect, it } from "vitest";
import { postgres } from "../../src/index.ts";
import { parseOptions } from "../../src/options.ts";
import { startRestored } from "../../src/physical/scratch/start-restored.ts";
import { walFileOf } from "../../src/wal/wal-file.ts";
import { query } from "../physical/support/own-server.ts";
import { placeForData, startOn } from "../physical/support/restored.ts";
import { testContext } from "../support/context.ts";
import { MortalServer } from "./support/mortal-server.ts";
import { place, Receiving } from "./support/receiving.ts";

const beginning = /\.[0-9A-F]{8}\.partial$/;
const rows = "SELECT string_agg(i::text, ' ' ORDER BY i) AS rows FROM m";

it("a lost server is recovered to what it committed seconds before, and a beginning that was replaced meanwhile by what replaced it", {
  timeout: 90_000,
}, async (test) => {
  const server = await MortalServer.start(test, { max_wal_size: "64MB" });
  const at = await place();
  const { repository } = at;
  const engine = postgres({ ...server.options, physical: {} });
  await server.sql("CREATE TABLE m (i int)");
  await backup(engine, { repository, target: "orders", method: "physical" });
  const receiving = new Receiving(server.options, at, { partialEveryMs: 200 });
  await receiving.until("streaming");
  const archived = async (statement: string): Promise<void> => {
    await server.sql(statement);
    const [now] = await server.sql("SELECT file_name, file_offset FROM pg_walfile_name_offset(pg_current_wal_lsn())");
    const held = (): boolean =>
      receiving.messages("archived").some((name) => {
        const file = walFileOf(name);
        return (
          file?.kind === "partial" &&
          file.segment === now?.["file_name"] &&
          Number(file.bytes) >= Number(now["file_offset"])
        );
      });
    await expect.poll(held, { timeout: 20_000 }).toBe(true);
  };
  await server.sql("INSERT INTO m VALUES (1), (2)");
  await server.sql("SELECT pg_switch_wal()");
  await archived("INSERT INTO m VALUES (3)");
  const early = await planRecovery(engine, { repository, target: "orders", to: { kind: "latest" } });
  expect(early.route.files.at(-1)?.name).toMatch(beginning);
  await archived("INSERT INTO m VALUES (4)");
  await server.end("SIGKILL");
  await receiving.cut();
  const recovery = await planRecovery(engine, { repository, target: "orders", to: { kind: "latest" } });
  expect(Number(recovery.route.window.to.at)).toBeGreaterThan(Number(early.route.window.to.at));
  for (const way of [early, recovery]) {
    const into = await placeForData();
    await restore(engine, { repository, manifest: way.route.backup, recovery: way, into });
    const ask = await startOn(into);
    expect(await ask(rows)).toEqual([{ rows: "1 2 3 4" }]);
  }
  await using ctx = await testContext();
  const { backup: manifest } = early.route;
  const open = (name: string) =>
    repository.storage.get(keys.stored("orders", manifest.id, name), { signal: ctx.signal });
  await using scratch = await startRestored(parseOptions({}), { manifest, open }, ctx, early);
  expect(await query(scratch.options.host, rows)).toEqual([{ rows: "1 2 3 4" }]);
  const held = String(early.route.files.at(-1)?.name.slice(0, 24));
  const marks = await query(scratch.options.host, "SELECT name FROM pg_ls_archive_statusdir()");
  expect(marks, "it is not to be archived again").toContainEqual({ name: `${held}.done` });
});
