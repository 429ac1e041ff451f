import { DbsaveError } from "@dbsave/core";

const unitMs: ReadonlyMap<string, number> = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Milliseconds of `90m`, `26h`, `8d`, as `option` was given. USAGE for anything else. */
export function parseDuration(option: string, text: string): number {
  const [, amount, unit = ""] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const durationMs = Number(amount) * (unitMs.get(unit) ?? Number.NaN);
  if (durationMs > 0) return durationMs;
  throw new DbsaveError("USAGE", `--${option} is not a duration: "${text}"`, {
    hint: "Write minutes, hours or days: 90m, 26h, 8d.",
  });
}
