import { tmpdir } from "node:os";
import { zstd } from "@dbsave/codecs";
import { backup, findBackup, openRepository, readCatalog, restore } from "@dbsave/core";
import { hostTools } from "@dbsave/exec";
import { postgres } from "@dbsave/postgres";
import { fsStorage } from "@dbsave/storage-fs";

/* One backup of a server, or the restore of it, in a process of its own, for `physical.ts`. */

const target = "bench";
const [verb, first = "", second = ""] = process.argv.slice(2);
const isBackup = verb === "backup";
await using engine = postgres({ ...(isBackup && { url: first }), methods: ["physical"] });
const storage = fsStorage({ path: isBackup ? second : first });
const repository = await openRepository(storage, { create: isBackup });
const shared = { repository, codecs: [zstd()], scratchRoot: tmpdir(), tools: hostTools({ env: process.env }) };
if (isBackup) await backup(engine, { ...shared, target, method: "physical" });
else {
  const { manifest } = findBackup(await readCatalog(repository, target, new AbortController().signal), "latest");
  await restore(engine, { ...shared, manifest, into: second });
}
