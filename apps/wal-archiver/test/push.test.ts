import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyCluster } from "./support/cluster.ts";
import { dbsaveWal } from "./support/dbsave-wal.ts";

const first = "000000010000000000000001";

it("push archives a segment under the configured target, and the same again is no failure", async () => {
  const cluster = await emptyCluster();
  const path = cluster.segment(first);
  const push = ["push", "--config", cluster.config, "--target", "orders", path];
  expect(await dbsaveWal(push, cluster.directory)).toEqual({ status: 0, signal: null, stdout: "", stderr: "" });
  expect(await dbsaveWal(push, cluster.directory)).toMatchObject({ status: 0, stderr: "" });
  const folder = join(cluster.repository, "orders", "log", "7584010098765432100", first.slice(0, 16));
  expect(readdirSync(folder)).toEqual([expect.stringMatching(`^${first}-[0-9a-f]{64}\\.zst$`)]);
});

it("push refuses other contents under an archived name with a status that a server counts as a failure", async () => {
  const cluster = await emptyCluster();
  const push = ["push", "--config", cluster.config, cluster.segment(first)];
  expect(await dbsaveWal(push, cluster.directory)).toMatchObject({ status: 0 });
  cluster.segment(first, { fill: "other" });
  const { status, stderr } = await dbsaveWal(push, cluster.directory);
  expect(status).toBe(1);
  expect(stderr).toContain("other contents are archived under this name");
});

it("push refuses the WAL of another server until somebody admits it", async () => {
  const cluster = await emptyCluster();
  const run = (...words: readonly string[]) => dbsaveWal([...words, "--config", cluster.config], cluster.directory);
  expect(await run("push", cluster.segment(first))).toMatchObject({ status: 0 });
  const other = cluster.segment("000000010000000000000002", { systemIdentifier: 42n });
  const refused = await run("push", other);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("this log is that of 7584010098765432100");
  expect(await run("admit", other)).toMatchObject({ status: 0 });
  expect(await run("push", other)).toMatchObject({ status: 0 });
});
