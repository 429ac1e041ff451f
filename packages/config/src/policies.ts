import { type GuardPolicy, parseKeep, type RetentionPolicy, type Weekday } from "@dbsave/core";
import { type Policy, weekdays } from "./schema/policy-schema.ts";

/** A policy with every gap filled. */
export type FullPolicy = Required<Policy>;

/** What holds when neither the target nor `defaults` says anything. */
export const builtIn: FullPolicy = {
  compress: "zstd",
  encrypt: "none",
  timezone: "UTC",
  week_starts: "saturday",
  keep: "all",
  verify: "restore",
  save: "required",
  guard: { min_size_ratio: 0.5, min_rows_ratio: 0.5 },
};

/** The target's own words first, then its storage's `keep`, then `defaults`, then what is built in. */
export function fullPolicy(target: Policy, storage: Pick<Policy, "keep">, defaults: Policy): FullPolicy {
  const keep = storage.keep === undefined ? {} : { keep: storage.keep };
  return { ...builtIn, ...defaults, ...keep, ...policyOf(target) };
}

function policyOf(target: Policy): Policy {
  return Object.fromEntries(Object.entries(target).filter(([key]) => key in builtIn));
}

/** Null when nothing is ever deleted. */
export function retentionOf(policy: FullPolicy): RetentionPolicy | null {
  if (policy.keep === "all") return null;
  const anchor = weekdays.indexOf(policy.week_starts) as Weekday;
  return { keep: parseKeep(policy.keep, "keep"), timeZone: policy.timezone, anchor };
}

export function guardOf({ guard }: FullPolicy): GuardPolicy | null {
  if (guard === "off") return null;
  const { min_size_ratio: minSizeRatio = 0.5, min_rows_ratio: minRowsRatio = 0.5 } = guard;
  return { minSizeRatio, minRowsRatio };
}
