import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Cluster, emptyCluster } from "./support/cluster.ts";
import { dbsaveWal, startDaemon } from "./support/dbsave-wal.ts";
import { installed, needs, shells, shimOf } from "./support/shim.ts";

const names = ["1", "2", "3", "4", "5"].map((digit) => `00000001000000000000000${digit}`);
const [first = "", second = ""] = names;

function archived({ repository }: Cluster): readonly string[] {
  const log = join(repository, "orders", "log");
  if (!existsSync(log)) return [];
  const files = readdirSync(log, { recursive: true, encoding: "utf8" });
  return files.flatMap((file) => /\/([0-9A-F]{24})-[0-9a-f]{64}\.zst$/.exec(file)?.[1] ?? []).toSorted();
}

function finish(cluster: Cluster, name: string): string {
  mkdirSync(join(cluster.directory, "pg_wal/archive_status"), { recursive: true });
  writeFileSync(join(cluster.directory, `pg_wal/archive_status/${name}.ready`), "");
  return cluster.segment(name);
}

describe.for(shells)("with $name", (shell) => {
  it("the daemon archives what it sees in place, and ahead what the server will ask for next", async (test) => {
    needs(shell, test);
    const cluster = await emptyCluster();
    const paths = names.map((segment) => finish(cluster, segment));
    await startDaemon(cluster, "--pg-wal", join(cluster.directory, "pg_wal"));
    const shim = await shimOf(cluster, { shell });
    for (const path of paths) expect(await shim.run(path)).toEqual({ status: 0, stderr: "" });
    expect(archived(cluster)).toEqual(names);
    expect(readdirSync(join(cluster.spool, "copies"))).toEqual([]);
  });

  it("the daemon archives copies of what it does not see", async (test) => {
    needs(shell, test);
    const cluster = await emptyCluster();
    await startDaemon(cluster);
    const shim = await shimOf(cluster, { shell });
    expect(await shim.run(cluster.segment(first))).toEqual({ status: 0, stderr: "" });
    expect(archived(cluster)).toEqual([first]);
    const refused = await shim.run(cluster.segment(first, { fill: "other" }));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("other contents are archived under this name");
  });

  it("dbsave-wal push archives where no daemon is, if the script was made so", async (test) => {
    needs(shell, test);
    const cluster = await emptyCluster();
    const words = ["--spool", cluster.spool, "--one-shot", "--config", cluster.config, "--target", "orders"];
    const shim = await shimOf(cluster, { shell, words, programs: installed(cluster) });
    const never = await shim.run(cluster.segment(first));
    expect(never).toMatchObject({ status: 0, stderr: expect.stringContaining("no dbsave-wal daemon was ever here") });
    const places = ["requests", "answers", "copies"].map((place) => join(cluster.spool, place));
    for (const place of places) mkdirSync(place, { recursive: true });
    writeFileSync(join(cluster.spool, "alive"), "1000000000 copied\n"); // by a daemon that died long ago
    const path = cluster.segment(second);
    const gone = await shim.run(path);
    expect(gone).toMatchObject({ status: 0, stderr: expect.stringContaining("dbsave-wal push archives it") });
    expect(archived(cluster)).toEqual([first, second]);
    for (const place of places) expect(readdirSync(place)).toEqual([]);
    expect(await shim.run(cluster.segment(first, { fill: "other" }))).toMatchObject({ status: 1 });
    installed(cluster, "exit 127");
    expect(await shim.run(path)).toMatchObject({ status: 1 });
  });
});

it("a daemon that archives nothing does not hold its server up for ever", async () => {
  const cluster = await emptyCluster();
  const shim = await shimOf(cluster, { edit: (text) => text.replaceAll("600", "1") });
  const { child } = await startDaemon(cluster);
  child.kill("SIGSTOP");
  const path = cluster.segment(first);
  const refused = await shim.run(path);
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("not archived in 1 seconds") });
  child.kill("SIGCONT");
  expect(await shim.run(path)).toEqual({ status: 0, stderr: "" });
});

it("a file of the same name in another pg_wal than that of the server is not taken for the server's", async () => {
  const cluster = await emptyCluster();
  const other = join(cluster.directory, "../other");
  mkdirSync(other);
  cluster.segment(first, { fill: "another server's" });
  renameSync(join(cluster.directory, "pg_wal", first), join(other, first));
  await startDaemon(cluster, "--pg-wal", other);
  const path = cluster.segment(first);
  expect(await (await shimOf(cluster)).run(path)).toMatchObject({ status: 0 });
  const again = await dbsaveWal(["push", "--config", cluster.config, path], cluster.directory);
  expect(again).toMatchObject({ status: 0, stderr: "" }); // other contents would be refused
});

it("a shim waits for the next daemon when the first is killed, and fails when there is none", async () => {
  const cluster = await emptyCluster();
  const shim = await shimOf(cluster);
  const path = cluster.segment(first);
  const early = await shim.run(path);
  expect(early.status).toBe(1);
  expect(early.stderr).toContain("no dbsave-wal daemon was ever here");
  const killed = await startDaemon(cluster);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const waiting = shim.start(path).ended;
  const next = await startDaemon(cluster);
  expect(await waiting).toEqual({ status: 0, stderr: "" });
  expect(
    await dbsaveWal(["daemon", "--config", cluster.config, "--spool", cluster.spool], cluster.directory),
  ).toMatchObject({
    status: 11,
  });
  next.child.kill("SIGTERM");
  expect(await next.ended).toMatchObject({ status: 0 });
  const late = await shim.run(cluster.segment(second));
  expect(late.status).toBe(1);
  expect(late.stderr).toContain("is dbsave-wal daemon running?");
  expect(archived(cluster)).toEqual([first]);
  expect(readdirSync(join(cluster.spool, "requests"))).toEqual([]);
});

it("while the repository is away nothing counts as archived, and archiving resumes with it", async () => {
  const cluster = await emptyCluster();
  const path = finish(cluster, first);
  const shim = await shimOf(cluster);
  await startDaemon(cluster, "--pg-wal", join(cluster.directory, "pg_wal"));
  const away = `${cluster.repository}.away`;
  renameSync(cluster.repository, away);
  mkdirSync(cluster.repository); // what an unmounted disk leaves
  const refused = await shim.run(path);
  expect(refused.status).toBe(10);
  expect(refused.stderr).toContain("no dbsave repository here");
  expect(readdirSync(cluster.repository)).toEqual([]);
  const status = ["status", "--spool", cluster.spool, "--json"];
  await expect
    .poll(async () => JSON.parse((await dbsaveWal(status, cluster.directory)).stdout), { timeout: 20_000 })
    .toMatchObject({
      isHealthy: false,
      isAlive: true,
      failing: { name: first, code: "REPOSITORY_NOT_FOUND" },
      waiting: { files: 1 },
    });
  renameSync(away, cluster.repository);
  expect(await shim.run(path)).toEqual({ status: 0, stderr: "" });
  expect(archived(cluster)).toEqual([first]);
});

it("a full spool fails the archiving with a word about it, and leaves room for the next try", async (test) => {
  const cluster = await emptyCluster();
  mkdirSync(cluster.spool, { mode: 0o700 });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", cluster.spool]);
  if (mounted.status !== 0) return test.skip("needs mount (root)");
  onTestFinished(() => void spawnSync("umount", ["--lazy", cluster.spool]));
  mkdirSync(join(cluster.spool, "status.json.new")); // the daemon's status takes no room then
  const shim = await shimOf(cluster);
  await startDaemon(cluster);
  const path = cluster.segment(first);
  const refused = await shim.run(path);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("cannot be copied into the spool, is it full?");
  expect(archived(cluster)).toEqual([]);
  expect(readdirSync(join(cluster.spool, "copies"))).toEqual([]);
  spawnSync("mount", ["-o", "remount,size=8m", cluster.spool]);
  expect(await shim.run(path)).toEqual({ status: 0, stderr: "" });

  const { bavail, bsize } = statfsSync(cluster.spool);
  const copyAndRequest = 2 ** 20 / bsize + 1; // and none for the answer
  writeFileSync(join(cluster.spool, "filler"), Buffer.alloc((bavail - copyAndRequest) * bsize));
  expect(await shim.run(cluster.segment(second))).toEqual({ status: 0, stderr: "" });
  expect(archived(cluster)).toEqual([first, second]);
});
