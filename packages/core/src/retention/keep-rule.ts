import type { Periods } from "./calendar.ts";
import type { RetentionBackup } from "./retention-plan.ts";

/** A backup that rules may choose: good, with a sound chain, and not in the future. */
export interface GoodBackup extends RetentionBackup {
  readonly periods: Periods;
}

/** One rule of the policy, applied to the good backups. */
export interface KeepRule {
  readonly name: "last" | "daily" | "weekly" | "monthly" | "yearly" | "within";
  /** The printed reason, by the id of each backup that this rule keeps. */
  readonly kept: ReadonlyMap<string, string>;
  /** Why it does not keep another good backup. */
  explain(backup: GoodBackup): string;
}
