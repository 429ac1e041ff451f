import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Cluster, emptyCluster } from "./support/cluster.ts";
import { dbsaveWal, type Ended, type Started, start } from "./support/dbsave-wal.ts";

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

/** A push of a large segment, once it has begun to write into the repository. */
async function pushing(cluster: Cluster): Promise<Started & { readonly again: () => Promise<Ended> }> {
  const largeBytes = 64 * 2 ** 20;
  const fill = randomBytes(2 ** 20).toString("latin1");
  const path = cluster.segment(first, { segmentBytes: largeBytes, bytes: largeBytes, fill });
  const push = ["push", "--config", cluster.config, path];
  const temporary = join(cluster.repository, "tmp");
  mkdirSync(temporary, { recursive: true });
  const begun = Promise.withResolvers<void>();
  const watcher = watch(temporary, () => begun.resolve());
  const started = start(push, cluster.directory);
  await begun.promise;
  watcher.close();
  return { ...started, again: () => dbsaveWal(push, cluster.directory) };
}

it.each(["SIGKILL", "SIGTERM"] as const)(
  "a push that %s ends while it stores leaves nothing that is listed, and the next one archives",
  async (name) => {
    const cluster = await emptyCluster();
    const { child, ended, again } = await pushing(cluster);
    child.kill(name);
    expect(await ended).toMatchObject(name === "SIGKILL" ? { signal: name } : { status: 1, signal: null });
    const folder = join(cluster.repository, "orders/log/7584010098765432100");
    expect(existsSync(folder)).toBe(false);
    expect(await again()).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(join(folder, first.slice(0, 16)))).toHaveLength(1);
  },
);

it.each([
  ["a name that no server gives", (cluster: Cluster) => cluster.segment(first, { as: "passwords.txt" })],
  ["the name of another segment", (cluster: Cluster) => cluster.segment(first, { as: "000000010000000000000002" })],
  ["a length that is not a segment's", (cluster: Cluster) => cluster.segment(first, { bytes: 8192 })],
  ["no file behind it", () => "pg_wal/000000010000000000000001"],
])("push refuses %s", async (_, path) => {
  const cluster = await emptyCluster();
  expect(await dbsaveWal(["push", "--config", cluster.config, path(cluster)], cluster.directory)).toMatchObject({
    status: 1,
  });
  expect(existsSync(join(cluster.repository, "orders"))).toBe(false);
});

it("a push for a repository that is not there makes none", async () => {
  const cluster = await emptyCluster();
  rmSync(cluster.repository, { recursive: true });
  const { status } = await dbsaveWal(["push", "--config", cluster.config, cluster.segment(first)], cluster.directory);
  expect(status).toBe(10);
  expect(existsSync(cluster.repository)).toBe(false);
});
