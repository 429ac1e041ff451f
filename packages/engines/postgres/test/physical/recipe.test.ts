import { hostServers } from "@dbsave/exec";
import { expect, it, onTestFinished } from "vitest";
import { testContext } from "../support/context.ts";
import { ownServer, programs, query } from "./support/own-server.ts";
import { takePhysical } from "./support/physical-backup.ts";
import { follow } from "./support/recipe.ts";

it("the stock commands of a physical backup's recipe make a server with every row, tablespaces included", async (test) => {
  const source = await ownServer(test);
  await source.sql("COPY (SELECT) TO PROGRAM 'cat; mkdir -p ../space'");
  const [place] = await source.sql("SELECT current_setting('data_directory') || '/../space' AS path");
  await source.sql(`CREATE TABLESPACE space LOCATION '${String(place?.["path"])}'`);
  await source.sql("CREATE TABLE s TABLESPACE space AS SELECT i FROM generate_series(1, 1000) i");
  await source.sql("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 2000) i");
  await using ctx = await testContext();
  const taken = await takePhysical(source.options, ctx);
  const restored = await hostServers({ env: process.env }).start(
    async (there) => {
      await follow(taken, there);
      const { directory, socketDirectory } = there;
      const settings = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${socketDirectory}`];
      return {
        tool: `${programs}/postgres`,
        args: ["-D", `${directory}/data`, ...settings],
        stopSignal: "SIGQUIT",
        ready: async () => (await query(socketDirectory, "SELECT WHERE NOT pg_is_in_recovery()")).length === 1,
      };
    },
    { name: "by hand", user: "postgres", signal: ctx.signal, readyTimeoutMs: 20_000 },
  );
  onTestFinished(() => restored[Symbol.asyncDispose]());
  const ask = (sql: string) => query(restored.socketDirectory, sql);
  expect(await ask("SELECT (SELECT count(*)::int FROM s) AS s, (SELECT count(*)::int FROM t) AS t")).toEqual([
    { s: 1000, t: 2000 },
  ]);
  const [moved] = await ask("SELECT pg_tablespace_location(oid) AS path FROM pg_tablespace WHERE spcname = 'space'");
  expect(moved?.["path"]).toMatch(/tablespace-\d+$/);
});
