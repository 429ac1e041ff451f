import { DbsaveError, type RecoveryTarget } from "@dbsave/core";
import { isLsn } from "../../wal/lsn.ts";

/** OPTIONS_INVALID for a position, a transaction, a name or a timeline that no server would take. */
export function checkTarget(to: RecoveryTarget): void {
  if (to.timeline !== undefined && !(Number.isInteger(to.timeline) && to.timeline > 0 && to.timeline <= 0xffff_ffff))
    throw invalid(`timelines are whole numbers from 1: ${to.timeline}`);
  if (to.kind === "time" && Number.isNaN(to.time.getTime())) throw invalid("the time is none");
  if (to.kind === "position" && !isLsn(to.position))
    throw invalid(`positions are written like 16/B374D848: ${to.position}`);
  if (to.kind === "transaction" && !/^[1-9]\d{0,18}$/.test(to.transaction))
    throw invalid(`transactions are numbers: ${to.transaction}`);
  if (to.kind === "name" && !/^[^\n\r\0]{1,63}$/.test(to.name))
    throw invalid(`names of restore points have 1 to 63 characters: ${to.name}`);
}

/** For people. */
export function describeTarget(to: RecoveryTarget): string {
  switch (to.kind) {
    case "latest":
      return "the end of the log";
    case "immediate":
      return "the end of the newest backup";
    case "time":
      return to.time.toISOString();
    case "position":
      return `position ${to.position}`;
    case "transaction":
      return `transaction ${to.transaction}`;
    case "name":
      return `the restore point "${to.name}"`;
  }
}

/** The server's settings for it, of which one at most may be set. */
export function targetSettings(to: RecoveryTarget): Readonly<Record<string, string>> {
  switch (to.kind) {
    case "latest":
      return {};
    case "immediate":
      return { recovery_target: "immediate" };
    case "time":
      return { recovery_target_time: to.time.toISOString().replace("T", " ").replace("Z", "+00") };
    case "position":
      return { recovery_target_lsn: to.position };
    case "transaction":
      return { recovery_target_xid: to.transaction };
    case "name":
      return { recovery_target_name: to.name };
  }
}

function invalid(why: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `postgres: recovery target: ${why}`);
}
