import { type Finding, formatBytes } from "@dbsave/core";
import type { ReplicationFacts, SlotFacts } from "./read-facts.ts";
import { setAndReload, shortcoming } from "./shortcoming.ts";

export interface ReceiverSettings {
  readonly slot: string;
  /** Alarm when the slot keeps more WAL than this. */
  readonly maxLagBytes: number;
}

/** What `dbsave-wal receive` would stumble over, or does. */
export function receivingFindings(
  facts: ReplicationFacts,
  slot: SlotFacts | undefined,
  { slot: name, maxLagBytes }: ReceiverSettings,
): readonly Finding[] {
  const found: Finding[] = [];
  const object = `slot ${name}`;
  if (slot === undefined) {
    const message = "is not there yet: dbsave-wal receive --create-slot makes it, and nothing is archived before";
    found.push(
      shortcoming("warning", {
        code: "SOURCE_NOT_FOUND",
        object,
        message,
        fix: "Start dbsave-wal receive --create-slot.",
      }),
    );
  } else if (slot.walStatus === "lost") {
    const message = "has lost WAL that was not received: there is a gap which only a new backup ends";
    const drop = [`SELECT pg_drop_replication_slot('${name}');`];
    const fix = "Then start dbsave-wal receive --create-slot and take a physical backup.";
    found.push(shortcoming("warning", { code: "SOURCE_INVALID", object, message, fix }, drop));
  } else if (!slot.isActive || slot.keptBytes > maxLagBytes) {
    const state = slot.isActive ? "lags behind" : "is not read by anybody";
    const message = `${state} and keeps ${formatBytes(slot.keptBytes)} of WAL on the server`;
    found.push(shortcoming("warning", { code: "TIMED_OUT", object, message, fix: "Look after dbsave-wal receive." }));
  }
  if (facts.slotKeepsMegabytes === -1) {
    const message = "is not set: while nobody receives the slot keeps WAL until the server's disk is full";
    const set = [setAndReload("max_slot_wal_keep_size", "20GB")];
    found.push(shortcoming("info", { code: "NO_SPACE", object: "max_slot_wal_keep_size", message }, set));
  }
  return found;
}
