import type { Finding } from "../contracts/finding.ts";
import type { GuardPolicy } from "../contracts/job.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { countedRows, plainBytes } from "../manifest/measure.ts";

const historyLength = 7;

/**
 * Compares a new backup with the median of the target's last seven of the same method and kind: much less data, far fewer
 * rows, or tables that are gone are how lost data looks. With fewer than two of them there is no history to judge by, and what
 * changed since another backup may be little.
 */
export function guardAgainstHistory(
  manifest: Manifest,
  earlier: readonly Manifest[],
  policy: GuardPolicy,
): readonly Finding[] {
  if (manifest.kind !== "full") return [];
  const history = earlier
    .filter((other) => other.method === manifest.method && other.kind === manifest.kind && other.id !== manifest.id)
    .slice(-historyLength);
  if (history.length < 2) return [];
  return [
    ...compare("size", "bytes", plainBytes(manifest), history.map(plainBytes), policy.minSizeRatio),
    ...compare(
      "rows",
      "rows",
      countedRows(manifest) ?? 0,
      history.map((other) => countedRows(other) ?? 0),
      policy.minRowsRatio,
    ),
  ];
}

function compare(
  object: string,
  unit: string,
  value: number,
  history: readonly number[],
  minRatio: number,
): readonly Finding[] {
  const usual = median(history);
  if (usual === 0 || value >= usual * minRatio) return [];
  const percent = Math.round((value / usual) * 100);
  const message = `${value.toLocaleString("en")} ${unit}, ${percent} % of the usual ${usual.toLocaleString("en")}`;
  return [{ severity: "error", code: "GUARD_TRIPPED", object, message }];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
