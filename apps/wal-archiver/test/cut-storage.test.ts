import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openLog, openRepository } from "@dbsave/core";
import { expect, it } from "vitest";
import { runDaemon } from "../src/daemon/run-daemon.ts";
import { emptyCluster } from "./support/cluster.ts";
import { remoteStorage } from "./support/remote-storage.ts";
import { shimOf } from "./support/shim.ts";

const [first, second] = ["000000010000000000000001", "000000010000000000000002"];

it("what the network was cut under is not archived, and archived when it is back; a daemon that is stopped then gives it up", async () => {
  const cluster = await emptyCluster();
  const storage = remoteStorage();
  const repository = await openRepository(storage, { create: true });
  const { signal } = new AbortController();
  const over = new AbortController();
  const log = openLog(repository, "orders", [], over.signal);
  const archived = async () =>
    (await openLog(repository, "orders", [], signal).list("7584010098765432100")).map(({ name }) => name);
  const confirm = async () => void (await openRepository(storage, { signal }));
  const started = Promise.withResolvers<void>();
  const target = { name: "orders", log, wal: null, source: () => expect.unreachable(), confirm };
  const running = runDaemon({
    target: { ...target, [Symbol.asyncDispose]: async () => undefined },
    spool: cluster.spool,
    walDirectory: null,
    workers: 2,
    signal: over.signal,
    tell: () => started.resolve(),
  });
  await started.promise;
  const shim = await shimOf(cluster);
  const path = cluster.segment(first);
  expect(await shim.run(path)).toEqual({ status: 0, stderr: "" });

  const stuck = storage.stall();
  const next = cluster.segment(second);
  const interrupted = shim.start(next).ended;
  await stuck;
  const waiting = () => JSON.parse(readFileSync(join(cluster.spool, "status.json"), "utf8"));
  await expect.poll(waiting, { timeout: 10_000 }).toMatchObject({ archivedFiles: 1, waiting: { files: 1 } });
  storage.cut();
  const failed = { status: 1, stderr: expect.stringContaining("the connection was reset") };
  expect(await interrupted).toMatchObject(failed);
  expect(await shim.run(next)).toMatchObject(failed);
  storage.mend();
  expect(await archived()).toEqual([first]);
  expect(await shim.run(next)).toEqual({ status: 0, stderr: "" });
  expect(await archived()).toEqual([first, second]);

  const stuckAgain = storage.stall();
  const third = shim.start(cluster.segment("000000010000000000000003")).ended;
  await stuckAgain;
  over.abort();
  await running;
  expect(await third).toMatchObject({ status: 1 });
  expect(await archived()).toEqual([first, second]);
});
