import { DbsaveError, didYouMean, type RestoreSelection } from "@dbsave/core";
import type { BackupContents } from "../backup-contents.ts";

/** The databases of a backup that a restore asks for. SOURCE_NOT_FOUND with the nearest name that the backup holds. */
export function selectedDatabases(
  { databases }: BackupContents,
  { databases: asked = databases }: RestoreSelection = {},
): readonly string[] {
  for (const name of asked) if (!databases.includes(name)) throw notInBackup("database", name, databases);
  return databases.filter((name) => asked.includes(name));
}

const shownNames = 20;

/** SOURCE_NOT_FOUND for something that was asked for by name. */
function notInBackup(kind: string, name: string, there: readonly string[]): DbsaveError {
  const meant = didYouMean(name, there);
  const more = there.length > shownNames ? `, and ${there.length - shownNames} more` : "";
  const hint =
    meant === undefined ? `It holds ${there.slice(0, shownNames).join(", ")}${more}.` : `Did you mean ${meant}?`;
  return new DbsaveError("SOURCE_NOT_FOUND", `postgres: the backup holds no ${kind} ${name}`, { hint });
}
