import { inspect } from "node:util";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { parseDuration } from "./duration.ts";
import type { KeepRules } from "./policy.ts";

const countRules: ReadonlySet<string> = new Set<keyof KeepRules>(["last", "daily", "weekly", "monthly", "yearly"]);

/**
 * Reads the `keep` of a configuration: whole numbers under last, daily, weekly, monthly and yearly, a duration under within.
 * Zero turns a rule off. Everything that could be a slip is POLICY_INVALID, naming `path` and the value: an unknown rule, a
 * negative or broken number, a number written as text, a duration in place of a count or the reverse, and rules that keep nothing.
 */
export function parseKeep(value: unknown, path: string): KeepRules {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, value, "not a set of rules", "Write rules such as { daily: 7, weekly: 4, monthly: 6 }.");
  const keep = Object.fromEntries(Object.entries(value).map(([rule, written]) => readRule(rule, written, path)));
  checkKeep(keep, path);
  return keep;
}

/** POLICY_INVALID unless every rule is known and a whole number from zero up, and at least one is above zero. */
export function checkKeep(keep: KeepRules, path: string): void {
  const rules = Object.entries(keep);
  const broken = rules.find(([rule, amount]) => !(countRules.has(rule) || rule === "withinMs") || !isAmount(amount));
  if (broken) throw invalid(`${path}.${broken[0]}`, broken[1], "not a rule with a whole number from zero up");
  if (!rules.some(([, amount]) => amount > 0))
    throw invalid(path, keep, "keeps nothing", "Set at least one rule above zero.");
}

function readRule(rule: string, written: unknown, path: string): readonly [keyof KeepRules, number] {
  const place = `${path}.${rule}`;
  if (rule === "within") {
    const durationMs = typeof written === "string" ? parseDuration(written) : undefined;
    if (durationMs === undefined)
      throw invalid(place, written, "not a duration", "Write hours, days or weeks: 12h, 90d, 8w.");
    return ["withinMs", durationMs];
  }
  if (!countRules.has(rule))
    throw invalid(place, written, "unknown rule", `The rules are ${[...countRules].join(", ")} and within.`);
  if (!isAmount(written))
    throw invalid(
      place,
      written,
      "not a count",
      "Write how many backups to keep, such as 7. Only `within` takes a duration.",
    );
  return [rule as keyof KeepRules, written];
}

const isAmount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function invalid(place: string, value: unknown, what: string, hint?: string): DbsaveError {
  const shown = inspect(value, { breakLength: Number.POSITIVE_INFINITY });
  return new DbsaveError(
    "POLICY_INVALID",
    `retention: ${what}: ${place} is ${shown}`,
    hint === undefined ? {} : { hint },
  );
}
