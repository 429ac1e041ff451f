import type { RestoreSelection } from "@dbsave/core";
import type { BackupContents } from "../backup-contents.ts";
import { notInBackup } from "./part.ts";

/** The databases of a backup that a restore asks for. SOURCE_NOT_FOUND with the nearest name that the backup holds. */
export function selectedDatabases(
  { databases }: Pick<BackupContents, "databases">,
  { databases: asked = databases }: RestoreSelection = {},
): readonly string[] {
  for (const name of asked) if (!databases.includes(name)) throw notInBackup("database", name, databases);
  return databases.filter((name) => asked.includes(name));
}
