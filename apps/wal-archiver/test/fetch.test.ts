import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { archivedCluster, type Cluster, emptyCluster } from "./support/cluster.ts";
import { dbsaveWal, type Ended, start } from "./support/dbsave-wal.ts";

const names = ["1", "2", "3", "4"].map((digit) => `00000001000000000000000${digit}`);
const [first = "", second = ""] = names;
const into = "pg_wal/RECOVERYXLOG";

function fetchOf(cluster: Cluster): (name: string, ...more: readonly string[]) => Promise<Ended> {
  const place = ["--prefetch-dir", join(cluster.directory, "../ahead"), "--system-identifier", "7584010098765432100"];
  return (name, ...more) =>
    dbsaveWal(["fetch", "--config", cluster.config, ...place, ...more, name, into], cluster.directory);
}

function storedAs(cluster: Cluster, name: string): string {
  const folder = join(cluster.repository, "orders/log/7584010098765432100", name.slice(0, 16));
  const [file = ""] = readdirSync(folder).filter((entry) => entry.startsWith(name));
  return join(folder, file);
}

it("fetch brings a segment back, and has the next ones at hand even when the archive is slow to give them", async () => {
  const cluster = await archivedCluster(names);
  const fetch = fetchOf(cluster);
  expect(await fetch(first, "--prefetch", "2")).toEqual({ status: 0, signal: null, stdout: "", stderr: "" });
  expect(readFileSync(join(cluster.directory, into))).toEqual(readFileSync(join(cluster.directory, "pg_wal", first)));
  const ahead = join(cluster.directory, "../ahead/7584010098765432100");
  expect(readdirSync(ahead).map((file) => file.slice(0, 24))).toEqual(names.slice(1, 3));
  appendFileSync(storedAs(cluster, second), "damaged"); // so that it can only come from there
  expect(await fetch(second, "--prefetch", "2")).toMatchObject({ status: 0, stderr: "" });
  expect(readFileSync(join(cluster.directory, into))).toEqual(readFileSync(join(cluster.directory, "pg_wal", second)));
  expect(readdirSync(ahead).map((file) => file.slice(0, 24))).toEqual(names.slice(2, 3));
});

it("a log of another server cannot be taken for the end of one's own", async () => {
  const cluster = await archivedCluster(names);
  const refused = await fetchOf(cluster)("000000010000000000000009", "--system-identifier", "42");
  expect(refused).toMatchObject({ status: 200, stderr: expect.stringContaining("nothing of the server 42") });
});

it("a segment that was damaged while it waited is fetched anew", async () => {
  const cluster = await archivedCluster(names);
  const fetch = fetchOf(cluster);
  expect(await fetch(first)).toMatchObject({ status: 0 });
  const ahead = join(cluster.directory, "../ahead/7584010098765432100");
  for (const file of readdirSync(ahead)) appendFileSync(join(ahead, file), "damaged");
  expect(await fetch(second)).toMatchObject({ status: 0 });
  expect(readFileSync(join(cluster.directory, into))).toEqual(readFileSync(join(cluster.directory, "pg_wal", second)));
});

it("a usual place for what is fetched along that cannot be used is told, and stops nothing", async () => {
  const cluster = await archivedCluster(names);
  const words = ["fetch", "--config", cluster.config, "--system-identifier", "7584010098765432100", first, into];
  const fetched = await start(words, cluster.directory, { TMPDIR: cluster.config }).ended; // a file
  expect(fetched).toMatchObject({ status: 0, stderr: expect.stringContaining("nothing is fetched along") });
  expect(existsSync(join(cluster.directory, into))).toBe(true);
});

it("only what a listing proves to be absent is status 1", async () => {
  const cluster = await archivedCluster(names);
  const fetch = fetchOf(cluster);
  expect(await fetch("000000010000000000000009")).toEqual({ status: 1, signal: null, stdout: "", stderr: "" });
  expect(await fetch("00000002.history")).toMatchObject({ status: 1, stderr: "" });
  expect(existsSync(join(cluster.directory, into))).toBe(false);
});

it.each<[string, (cluster: Cluster) => void]>([
  ["a repository that is away", ({ repository }) => renameSync(repository, `${repository}.away`)],
  [
    "an empty directory where the repository should be",
    ({ repository }) => {
      renameSync(repository, `${repository}.away`);
      mkdirSync(repository);
    },
  ],
  ["a damaged segment", (cluster) => appendFileSync(storedAs(cluster, first), "damaged")],
  ["a directory without a way in", ({ directory }) => rmSync(join(directory, "pg_wal"), { recursive: true })],
  ["a configuration that is gone", ({ config }) => rmSync(config)],
])("%s can never be taken for the end of the archive", async (_, spoil) => {
  const cluster = await archivedCluster(names);
  spoil(cluster);
  const { status, stderr } = await fetchOf(cluster)(first, "--prefetch", "0");
  expect(status).toBe(200);
  expect(stderr).not.toBe("");
  expect(existsSync(join(cluster.directory, into))).toBe(false);
});

it("a command line that is wrong cannot be taken for it either", async () => {
  const cluster = await emptyCluster();
  expect(await dbsaveWal(["fetch"], cluster.directory)).toMatchObject({ status: 200 });
  expect(await dbsaveWal(["fetch", "--nonsense", first, into], cluster.directory)).toMatchObject({ status: 200 });
  const inData = ["--system-identifier", "1", "--prefetch-dir", "pg_wal"];
  const refused = await dbsaveWal(["fetch", "--config", cluster.config, ...inData, first, into], cluster.directory);
  expect(refused).toMatchObject({ status: 200, stderr: expect.stringContaining("lies in the data directory") });
});
