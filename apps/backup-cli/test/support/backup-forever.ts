import { zstd } from "@dbsave/codecs";
import { backup, openRepository, prune } from "@dbsave/core";
import { sqlite } from "@dbsave/sqlite";
import { fsStorage } from "@dbsave/storage-fs";

/**
 * Takes a backup a day and prunes after each, a day being as long as that takes, until it is killed. Prints the id of every
 * backup that it was told is committed. Arguments: the database, the repository, a scratch directory, the first day.
 */
const [source = "", path = "", scratchRoot = "", firstDay = "0"] = process.argv.slice(2);
const policy = { keep: { daily: 3 }, timeZone: "UTC", anchor: 6 } as const;
const engine = sqlite({ path: source });
const repository = await openRepository(fsStorage({ path }), { create: true });

for (let day = Number(firstDay); ; day++) {
  const now = (): Date => new Date(Date.UTC(2026, 0, 1, 2) + day * 86_400_000);
  const options = { repository, target: "app", now, scratchRoot };
  const { id } = await backup(engine, { ...options, codecs: [zstd()] });
  process.stdout.write(`${id}\n`);
  await prune({ ...options, policy });
}
