import type { RestoredGlobals } from "./restore-globals.ts";

/** What a restore did otherwise than the backup has it, one line each, for whoever reads its log. */
export function restoreNotes(
  { rolesCreated, rolesLeft, tablespacesMissing }: RestoredGlobals,
  foreignKeysLeftOut: number,
): readonly string[] {
  const notes: string[] = [];
  if (rolesCreated.length > 0) notes.push(`created ${counted(rolesCreated, "role")}`);
  if (rolesLeft.length > 0) notes.push(`left ${counted(rolesLeft, "role")} as they are, passwords included`);
  if (tablespacesMissing.length > 0)
    notes.push(
      `cannot have here ${counted(tablespacesMissing, "tablespace")}: what was in them is where the database is`,
    );
  if (foreignKeysLeftOut > 0)
    notes.push(
      `left out ${foreignKeysLeftOut} foreign keys to tables that were not restored; those definitions are not compared`,
    );
  return notes;
}

const shown = 5;

function counted(names: readonly string[], what: string): string {
  const more = names.length > shown ? `, and ${names.length - shown} more` : "";
  return `${names.length} ${what}${names.length === 1 ? "" : "s"} (${names.slice(0, shown).join(", ")}${more})`;
}
