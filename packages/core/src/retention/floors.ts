import { dayMs } from "./duration.ts";
import type { RetentionBackup } from "./retention-plan.ts";

/** Why a backup stays. */
export type Reason = readonly [id: string, reason: string];

/** What stays whatever the policy says. `good` is oldest first. */
export function* floors(good: readonly RetentionBackup[]): Generator<Reason> {
  const newest = good.at(-1);
  if (newest) yield [newest.id, "newest good"];
  const proven = good.findLast((backup) => backup.proven);
  if (proven) yield [proven.id, "newest proven"];
  const fulls = good.filter(({ parent }) => parent === null);
  for (const { id } of fulls.slice(-2)) yield [id, "one of the 2 newest good fulls"];
}

/** What stays whatever it is worth. A clock that cannot be compared makes everything the future. */
export function* holds(backups: readonly RetentionBackup[], now: Date): Generator<Reason> {
  for (const { id, startedAt, pin } of backups) {
    if (pin !== undefined) yield [id, `pinned: ${pin}`];
    if (!(startedAt <= now)) yield [id, "in the future"];
    else if (now.getTime() - startedAt.getTime() < dayMs) yield [id, "younger than 24 h"];
  }
}
