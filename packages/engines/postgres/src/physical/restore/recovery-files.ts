import type { RecoveryRoute } from "@dbsave/core";
import { targetSettings } from "../recovery/target.ts";

/** Files of a data directory that a restore does not take as they are. */
export const controlFile = "global/pg_control";
export const backupLabel = "backup_label";
export const tablespaceMap = "tablespace_map";
export const automaticSettings = "postgresql.auto.conf";
/** What made the source a standby, or recover, must not do the same to the copy. */
export const signals = ["standby.signal", "recovery.signal"] as const;

/** The label without that it is one of an incremental backup, with which no server starts. */
export function wholeLabel(label: string): string {
  return label.replaceAll(/^INCREMENTAL FROM .*\n/gm, "");
}

/** The server's own map with other places, one line for each tablespace: oid, blank, path with newlines escaped. */
export function mapTablespaces(places: ReadonlyMap<number, string>): string {
  return [...places].map(([oid, path]) => `${oid} ${path.replaceAll(/[\n\r\\]/g, String.raw`\$&`)}\n`).join("");
}

/**
 * Any of them may also stand in postgresql.conf, over which the automatic settings have precedence: targets, commands that reach for the
 * archive of the source, and the delay of a standby, which every recovery would keep.
 */
const unwanted = {
  archive_cleanup_command: "",
  recovery_end_command: "",
  recovery_min_apply_delay: "0",
  recovery_target: "",
  recovery_target_lsn: "",
  recovery_target_name: "",
  recovery_target_time: "",
  recovery_target_xid: "",
  recovery_target_inclusive: "on",
  recovery_target_action: "promote",
} as const;

/**
 * The settings of the source, those of an older recovery commented out, then ours: recover the WAL that is in the directory up to
 * where the route leads, and begin a new timeline, so that what the copy archives can never take the names of what the
 * source archived.
 */
export function recoverySettings(automatic: string, route?: Pick<RecoveryRoute, "to" | "timeline">): string {
  const kept = automatic.replaceAll(
    /^\s*(?:recovery_|restore_command|primary_|archive_cleanup)/gm,
    "# before the restore: $&",
  );
  const target = Object.entries(route === undefined ? {} : targetSettings(route.to));
  const ours = { restore_command: "false", recovery_target_timeline: String(route?.timeline ?? "latest") };
  const others = Object.entries(unwanted).filter(([name]) => target.every(([chosen]) => chosen !== name));
  // the target comes last: an empty one after it counts as a second one
  const lines = [...Object.entries(ours), ...others, ...target].map(([name, value]) => `${name} = ${quoted(value)}\n`);
  return `${kept}${kept === "" || kept.endsWith("\n") ? "" : "\n"}${lines.join("")}`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
