import type { Finding } from "@dbsave/core";
import { identifier } from "../../sql/quote.ts";
import type { ReplicationFacts } from "./read-facts.ts";
import { setBeforeRestart, shortcoming } from "./shortcoming.ts";

/** What keeps `user` from taking a base backup of the server, or from trusting one. */
export function replicationFindings(facts: ReplicationFacts, user: string): readonly Finding[] {
  const { major, mayReplicate, maxSenders, usedSenders, maxSlots, usedSlots, dataChecksums } = facts;
  const found: Finding[] = [];
  if (major < 15) {
    const message = "base backups need PostgreSQL 15 or newer";
    return [
      shortcoming("error", { code: "UNSUPPORTED", object: "server", message, fix: "Use method logical, or upgrade." }),
    ];
  }
  if (!mayReplicate) {
    const message = `role ${user} may not replicate, which a base backup needs`;
    const grant = [`ALTER ROLE ${identifier(user)} REPLICATION;`];
    found.push(shortcoming("error", { code: "PERMISSION_DENIED", object: user, message }, grant));
  }
  if (maxSenders === 0) {
    const message = `no base backup is possible: it is 0, and wal_level is ${facts.walLevel}`;
    const raise = [setBeforeRestart("wal_level", "replica"), setBeforeRestart("max_wal_senders", "10")];
    found.push(shortcoming("error", { code: "CONNECT_FAILED", object: "max_wal_senders", message }, raise));
  } else if (usedSenders >= maxSenders) {
    const message = `all ${maxSenders} are in use, a base backup needs one more`;
    const raise = [setBeforeRestart("max_wal_senders", String(maxSenders + 5))];
    found.push(shortcoming("warning", { code: "CONNECT_FAILED", object: "max_wal_senders", message }, raise));
  }
  if (usedSlots >= maxSlots) {
    const message = `all ${maxSlots} slots are in use: nothing holds the WAL that a base backup needs until it is sent`;
    const raise = [setBeforeRestart("max_replication_slots", String(maxSlots + 5))];
    found.push(shortcoming("warning", { code: "CONNECT_FAILED", object: "max_replication_slots", message }, raise));
  }
  if (!dataChecksums) {
    const message = "is off: pages that the server's disk has damaged are copied unnoticed";
    const fix = "With the server stopped: pg_checksums --enable.";
    found.push(shortcoming("info", { code: "SOURCE_INVALID", object: "data_checksums", message, fix }));
  }
  return found;
}
