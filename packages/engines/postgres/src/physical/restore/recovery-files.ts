/** Files of a data directory that a restore does not take as they are. */
export const controlFile = "global/pg_control";
export const tablespaceMap = "tablespace_map";
export const automaticSettings = "postgresql.auto.conf";
/** What made the source a standby, or recover, must not do the same to the copy. */
export const signals = ["standby.signal", "recovery.signal"] as const;

/** They may also stand in postgresql.conf, over which the automatic settings have precedence. */
const targets = ["", "_lsn", "_name", "_time", "_xid"] as const;

/** The server's own map with other places, one line for each tablespace: oid, blank, path with newlines escaped. */
export function mapTablespaces(places: ReadonlyMap<number, string>): string {
  return [...places].map(([oid, path]) => `${oid} ${path.replaceAll(/[\n\r\\]/g, String.raw`\$&`)}\n`).join("");
}

/**
 * The settings of the source, those of an older recovery commented out, then ours: recover the WAL that the backup holds, and
 * begin a new timeline, so that what the copy archives can never take the names of what the source archived.
 */
export function recoverySettings(automatic: string): string {
  const kept = automatic.replaceAll(
    /^\s*(?:recovery_|restore_command|primary_|archive_cleanup)/gm,
    "# before the restore: $&",
  );
  const noTarget = targets.map((target) => `recovery_target${target} = ''\n`).join("");
  return `${kept}${kept === "" || kept.endsWith("\n") ? "" : "\n"}restore_command = 'false'\n${noTarget}`;
}
