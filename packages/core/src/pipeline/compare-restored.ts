import { compareFingerprints } from "../catalog/compare-fingerprints.ts";
import type { Engine, RestoredPlace, RestoreReport } from "../contracts/engine.ts";
import type { Finding } from "../contracts/finding.ts";
import type { Fingerprint } from "../contracts/fingerprint.ts";
import type { Manifest } from "../contracts/manifest.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { type RunOptions, runWith, withContext } from "../run/context.ts";

export interface Comparison {
  readonly differences: readonly Finding[];
  /** How much of the backup's fingerprint was compared: less than all of it after the restore of a part. */
  readonly items: number;
  readonly rows: number;
}

/**
 * Compares what a restore made with the backup's own fingerprint: every difference as a finding. After the restore of a part
 * only that part is compared. UNSUPPORTED when neither the backup nor the report carries a fingerprint.
 */
export async function compareRestored(
  engine: Engine,
  { manifest, into }: { readonly manifest: Manifest; readonly into?: string },
  { restored }: RestoreReport,
  options: RunOptions = {},
): Promise<Comparison> {
  const { fingerprint } = manifest;
  const places: readonly RestoredPlace[] | null = restored ?? (fingerprint && [{ expected: fingerprint }]);
  if (places === null)
    throw new DbsaveError("UNSUPPORTED", `${manifest.id}: it carries no fingerprint to compare with`);
  const differences = await withContext(runWith(options), manifest.target, "restore", async (ctx) => {
    const findings: Finding[] = [];
    await using base = into === undefined ? undefined : engine.at(into);
    for (const { place, expected } of places) {
      await using other = place === undefined ? undefined : (base ?? engine).at(place);
      const there = other ?? base ?? engine;
      const actual = await there.fingerprint(ctx, expected.algorithm);
      findings.push(...compareFingerprints(expected, restored === undefined ? actual : sharedWith(expected, actual)));
    }
    return findings;
  });
  const items = places.flatMap(({ expected }: RestoredPlace) => expected.items);
  return { differences, items: items.length, rows: items.reduce((sum, { count = 0 }) => sum + count, 0) };
}

/** The items of `actual` that `expected` has, too. */
function sharedWith(expected: Fingerprint, { algorithm, items }: Fingerprint): Fingerprint {
  const wanted = new Set(expected.items.map(({ kind, name }) => `${kind} ${name}`));
  return { algorithm, items: items.filter(({ kind, name }) => wanted.has(`${kind} ${name}`)) };
}
