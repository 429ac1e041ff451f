import { spawnSync } from "node:child_process";
import { backup, compareRestored, planRecovery, restore } from "@dbsave/core";
import { hostLastingServers } from "@dbsave/exec";
import { startTimeoutMs } from "@dbsave/testbed";
import { expect, it, onTestFinished } from "vitest";
import { servers, tools } from "../support/context.ts";
import { archivingServer, emptyRepository, serversOf } from "./support/archiving-server.ts";
import { mark, rowsOf, upTo } from "./support/markers.ts";
import { query } from "./support/own-server.ts";
import { placeForData } from "./support/restored.ts";

const run = { tools, servers };

it("a point in time gives back one table, and a server that tells how far it came", {
  timeout: startTimeoutMs,
}, async (test) => {
  await using server = await archivingServer(await serversOf("postgres-15", test));
  const { repository, log } = await emptyRepository();
  const { engine, sql } = server;
  await sql("CREATE TABLE m (id int)");
  await backup(engine, { repository, target: "orders" });
  const markers = await mark(sql, [1, 2, 3, 4, 5, 6]);
  await sql("DROP TABLE m");
  await server.archive(log);
  const fourth = markers[3]?.committedAt as Date;
  const to = { kind: "time", time: new Date(fourth.getTime() + 1) } as const;
  const recovery = await planRecovery(engine, { repository, target: "orders", to });
  const options = { ...run, repository, manifest: recovery.route.backup, recovery };

  const part = { ...options, into: "rescued", select: { tables: ["postgres.public.m"] } };
  const report = await restore(engine, part);
  const same = await compareRestored(engine, part, report, run);
  expect(same).toMatchObject({ differences: [], rows: 4 });
  await sql("CREATE EXTENSION dblink");
  const [socket] = await sql("SELECT current_setting('unix_socket_directories') AS path");
  const rows = await sql(
    `SELECT id FROM dblink('dbname=rescued host=${String(socket?.["path"])}', 'SELECT id FROM m') AS r(id int) ORDER BY id`,
  );
  expect(rows.map(({ id }) => id)).toEqual(upTo(4));

  const into = await placeForData();
  const start = { servers: hostLastingServers({ env: process.env }) };
  const { started } = await restore(engine, { ...options, into, start });
  onTestFinished(() => void spawnSync("sh", ["-c", started?.stopCommand ?? "true"]));
  expect(await rowsOf((statement) => query(into, statement))).toEqual(upTo(4));
  expect(started?.reached).toMatchObject({ timeline: 2, reason: expect.stringMatching(/^before \d{4}-/) });
  expect(Math.floor(Number(started?.reached.at))).toBe(fourth.getTime());
  const after = { ...recovery, route: { ...recovery.route, to: { kind: "name", name: "never" } as const } };
  await expect(
    restore(engine, { ...options, recovery: after, into: await placeForData(), start }),
  ).rejects.toMatchObject({ code: "RECOVERY_UNREACHABLE" });
});
