import { DbsaveError } from "@dbsave/core";
import type { Options } from "yargs";

const unitMs: ReadonlyMap<string, number> = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

export const maxAgeOption = {
  "max-age": {
    type: "string",
    requiresArg: true,
    default: "26h",
    describe: "How old the newest proven backup may be: 90m, 26h, 8d",
  },
} as const satisfies Record<string, Options>;

/** Milliseconds of `90m`, `26h`, `8d`. USAGE for anything else. */
export function parseMaxAge(text: string): number {
  const [, amount, unit = ""] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const maxAgeMs = Number(amount) * (unitMs.get(unit) ?? Number.NaN);
  if (maxAgeMs > 0) return maxAgeMs;
  throw new DbsaveError("USAGE", `--max-age is not a duration: "${text}"`, {
    hint: "Write minutes, hours or days: 90m, 26h, 8d.",
  });
}
