import { realpath, stat } from "node:fs/promises";
import { runJob } from "./worker/run-job.ts";

/**
 * Does `work`, which reads the database `asked`. A reader of a database in WAL mode that nobody has open makes an empty
 * `-wal` and a `-shm` beside it and cannot remove them: where there was no `-wal` before, they go afterwards, also when
 * `work` failed or was cancelled. Once an application uses them they are its own.
 */
export async function leaveAsFound<T>(asked: string, work: () => Promise<T>): Promise<T> {
  const path = await realpath(asked).catch(() => asked); // what is wrong with it, `work` will say
  const before = await walBytes(path);
  try {
    return await work();
  } finally {
    // Empty files that stay do no harm, so they decide about nothing.
    if (before === null && (await walBytes(path)) === 0) await tidy(path).catch(() => undefined);
  }
}

/** Not cancelled with the work: it takes no longer than a thread needs to start, and waits for no lock. */
async function tidy(path: string): Promise<void> {
  await runJob("tidy", { path, busyTimeoutMs: 0 }, { signal: new AbortController().signal });
}

async function walBytes(path: string): Promise<number | null> {
  const stats = await stat(`${path}-wal`).catch(() => null);
  return stats === null ? null : stats.size;
}
