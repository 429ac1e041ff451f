import type { RetentionBackup } from "./retention-plan.ts";

export interface Chains {
  /** Good backups that need nothing but good ones. The others are of no use before somebody repairs their chain. */
  readonly sound: ReadonlySet<string>;
  /** One line for every parent that is not there. */
  readonly broken: readonly string[];
}

/** Takes backups oldest first, so that a parent comes before its children; one that does not is as bad as a missing one. */
export function traceChains(oldestFirst: readonly RetentionBackup[]): Chains {
  const seen = new Set<string>();
  const sound = new Set<string>();
  const broken: string[] = [];
  for (const { id, parent, state } of oldestFirst) {
    if (parent !== null && !seen.has(parent))
      broken.push(`parent ${parent} of ${id} is missing among the older backups`);
    if (state === "good" && (parent === null || sound.has(parent))) sound.add(id);
    seen.add(id);
  }
  return { sound, broken };
}
