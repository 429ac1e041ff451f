import { zstd } from "@dbsave/codecs";
import { backup, openRepository } from "@dbsave/core";
import { sqlite } from "@dbsave/sqlite";
import { fsStorage } from "@dbsave/storage-fs";

const nightMs = 24 * 60 * 60_000;

/** One backup for each of the last `nights` nights, through the library and with its clock set back: something to rotate. */
export async function earlierNights(source: string, path: string, nights: number, signal: AbortSignal): Promise<void> {
  await using engine = sqlite({ path: source });
  await using repository = await openRepository(fsStorage({ path }), { create: true, signal });
  for (let night = nights; night > 0; night -= 1) {
    const now = (): Date => new Date(Date.now() - night * nightMs);
    await backup(engine, { repository, target: "app", codecs: [zstd()], now, signal });
  }
}
