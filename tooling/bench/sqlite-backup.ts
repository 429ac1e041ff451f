import { tmpdir } from "node:os";
import { zstd } from "@dbsave/codecs";
import { backup, openRepository } from "@dbsave/core";
import { sqlite } from "@dbsave/sqlite";
import { fsStorage } from "@dbsave/storage-fs";

/* One backup in a process of its own, for `sqlite.ts`: prints what it took. */

const [source = "", path = ""] = process.argv.slice(2);
const repository = await openRepository(fsStorage({ path }), { create: true });
await using engine = sqlite({ path: source });
const start = performance.now();
await backup(engine, { repository, target: "bench", codecs: [zstd()], scratchRoot: tmpdir() });
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds, peakMb: Math.round(process.resourceUsage().maxRSS / 1000) }));
