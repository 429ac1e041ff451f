import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { archivedCluster, type Cluster, emptyCluster } from "./support/cluster.ts";
import { installed, needs, shells, shimOf } from "./support/shim.ts";

const [first, ninth] = ["000000010000000000000001", "000000010000000000000009"];
const into = "pg_wal/RECOVERYXLOG";
const words = ["--for", "fetch"];

/** As it stands behind the script in `restore_command`. */
function asked({ config }: Cluster, name: string): readonly string[] {
  return ["--config", config, "--system-identifier", "7584010098765432100", "--prefetch", "0", name, into];
}

it.for(shells)("by $name a segment comes back, and only what is proven absent is status 1", async (shell, test) => {
  needs(shell, test);
  const cluster = await archivedCluster([first]);
  const shim = await shimOf(cluster, { shell, words, programs: installed(cluster) });
  expect(await shim.run(...asked(cluster, first))).toEqual({ status: 0, stderr: "" });
  expect(readFileSync(join(cluster.directory, into))).toEqual(readFileSync(join(cluster.directory, "pg_wal", first)));
  expect(await shim.run(...asked(cluster, ninth))).toEqual({ status: 1, stderr: "" });
  renameSync(cluster.repository, `${cluster.repository}.away`);
  expect(await shim.run(...asked(cluster, ninth))).toMatchObject({ status: 200 });
});

const broken: readonly (readonly [string, string])[] = [
  ["is not there", "exec no-such-program"],
  ["has lost its files", `exec "${process.execPath}" /nowhere/dbsave-wal.js`],
  ["has a Node.js that refuses its options", `NODE_OPTIONS=--nonsense exec "${process.execPath}" -e 0`],
  ["ends with 1 and says nothing", "exit 1"],
  ["ends with 0 and says nothing", "exit 0"],
  ["says the one and ends as the other", "echo absent"],
  ["is killed", "kill -9 $$"],
];

it("no broken installation of dbsave-wal can be taken for the end of the archive", async () => {
  const cluster = await emptyCluster();
  const shim = await shimOf(cluster, { words, programs: installed(cluster) });
  for (const [which, text] of broken) {
    installed(cluster, text);
    expect(await shim.run(...asked(cluster, first)), `one that ${which}`).toMatchObject({ status: 200 });
  }
  expect(existsSync(join(cluster.directory, into))).toBe(false);
});
