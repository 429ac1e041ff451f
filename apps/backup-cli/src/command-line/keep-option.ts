import { DbsaveError, parseKeep, type RetentionPolicy } from "@dbsave/core";
import type { Options } from "yargs";
import type { Shelf } from "../places/shelf.ts";

export const keepOption = {
  keep: {
    type: "string",
    requiresArg: true,
    describe: "Retention in place of the configured one: daily=7,weekly=4,monthly=6,yearly=1,last=3,within=90d",
  },
} as const satisfies Record<string, Options>;

/** The policy of `daily=7,weekly=4`, in `like`'s zone and weeks. USAGE or POLICY_INVALID for anything that could be a slip. */
export function parseKeepOption(text: string, like: RetentionPolicy | null | undefined): RetentionPolicy {
  const rules = text.split(",").map((rule) => {
    const [, name, amount] = /^\s*(\w+)\s*=\s*(\w+)\s*$/.exec(rule) ?? [];
    if (name === undefined || amount === undefined) throw wrong(`"${rule}" is not a rule`);
    return [name, /^\d+$/.test(amount) ? Number(amount) : amount] as const;
  });
  const names = rules.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`${twice} is given twice`);
  return {
    keep: parseKeep(Object.fromEntries(rules), "--keep"),
    timeZone: like?.timeZone ?? "UTC",
    anchor: like?.anchor ?? 6,
  };
}

function wrong(what: string): DbsaveError {
  return new DbsaveError("USAGE", `--keep: ${what}`, { hint: "Write --keep daily=7,weekly=4,monthly=6." });
}

/** What `--keep` says, else what is configured; null when nothing is ever pruned. USAGE when neither is there. */
export function policyFor(
  shelf: Pick<Shelf, "retention" | "target">,
  keep: string | undefined,
): RetentionPolicy | null {
  if (keep !== undefined) return parseKeepOption(keep, shelf.retention);
  if (shelf.retention !== undefined) return shelf.retention;
  throw new DbsaveError("USAGE", `${shelf.target}: no retention policy is known for it`, {
    hint: "Name one: --keep daily=7,weekly=4,monthly=6. See what it would do with --dry-run.",
  });
}
