import { comparesContents } from "../catalog/compare-fingerprints.ts";
import type { Finding } from "../contracts/finding.ts";
import type { VerifyLevel } from "../contracts/job.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { countedRows } from "../manifest/measure.ts";
import type { Restored } from "./restore-and-compare.ts";

/** One line of what a check that passed has shown. */
export function summarise(
  { manifest, level }: { readonly manifest: Manifest; readonly level: VerifyLevel },
  { restored, read = null }: Partial<Restored>,
): string {
  const files = `${manifest.artifacts.length + manifest.documents.length} files as recorded`;
  if (level === "hashes") return files;
  if (level === "structure") return `${files}, contents sound`;
  const drill = restored?.drill;
  const seconds = `in ${((restored?.durationMs ?? 0) / 1000).toFixed(1)} s`;
  if (drill !== undefined) {
    const last =
      drill.reached === null
        ? "nothing was committed since the backup"
        : `the commit of ${drill.reached.toISOString()}`;
    return `recovered to ${drill.requested.toISOString()} ${seconds}: ${last}, ${drill.position}${read === null ? "" : `; ${read}`}`;
  }
  const rows = countedRows(manifest);
  const { fingerprint } = manifest;
  if (fingerprint === null || rows === undefined)
    return read === null ? "restored; nothing to compare it with" : `restored ${seconds}: ${read}`;
  const equal = comparesContents(fingerprint) ? "equal" : "counted, their contents not compared";
  return `restored and compared: ${fingerprint.items.length} items, ${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"} ${equal}`;
}

/** The first error, else the first finding. */
export function worstOf(findings: readonly Finding[]): string | undefined {
  const worst = findings.find(({ severity }) => severity === "error") ?? findings[0];
  return worst && `${worst.object}: ${worst.message}`;
}
