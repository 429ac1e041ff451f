import { isDbsaveError } from "@dbsave/core";
import type { Session } from "../session.ts";

/**
 * Asking for the size of a relation takes a lock on it for a moment. Whoever holds an exclusive one could do so for long, so
 * `work` is told to ask the files, and when that has to wait, to take what the catalog remembers.
 */
export async function withoutWaiting<T>(session: Session, work: (areSizesRead: boolean) => Promise<T>): Promise<T> {
  const [before] = await session.query<{ timeout: string }>("SELECT current_setting('lock_timeout') AS timeout");
  await session.query("SET lock_timeout = '500ms'");
  try {
    return await work(true);
  } catch (error) {
    if (!isDbsaveError(error, "SOURCE_BUSY")) throw error;
    return await work(false);
  } finally {
    await session.query("SELECT set_config('lock_timeout', $1, false)", [before?.timeout]);
  }
}
