import type { CatalogEntry } from "@dbsave/core";
import { expect, it } from "vitest";
import { backupTable } from "../src/views/backup-view.ts";
import { chainFacts, chainPlaceOf } from "../src/views/chain-view.ts";

const plain = (_: unknown, text: string): string => text;

function entry(id: string, parent: string | null, state: CatalogEntry["state"] = "good"): CatalogEntry {
  const manifest = { id, parent, kind: parent === null ? "full" : "incremental", method: "physical" };
  const more = { target: "app", consistentAt: new Date(0), artifacts: [], fingerprint: null };
  return { manifest: { ...manifest, ...more }, proofs: [], pin: null, state, proven: null } as unknown as CatalogEntry;
}

const [full, first, second, alone] = [
  entry("20260301T020000Z-000001-aaaaaaaa", null),
  entry("20260302T020000Z-000002-bbbbbbbb", "20260301T020000Z-000001-aaaaaaaa"),
  entry("20260303T020000Z-000003-cccccccc", "20260302T020000Z-000002-bbbbbbbb", "suspect"),
  entry("20260304T020000Z-000004-dddddddd", null),
] as const;
const entries = [full, first, second, alone];
const ids = entries.map(({ manifest }) => manifest.id);

it("a backup is shown with what it needs, and what needs it", () => {
  expect(chainPlaceOf(first.manifest, entries)).toEqual({ chain: ids.slice(0, 2), neededBy: [ids[2]] });
  expect(chainFacts(chainPlaceOf(first.manifest, entries))).toEqual([
    ["Needs", ids[0]],
    ["Needed by", ids[2]],
  ]);
  expect(chainFacts(chainPlaceOf(alone.manifest, entries))).toEqual([]);
});

it("the list says how far each backup is from which full one, where any is, and which cannot be restored", () => {
  const rows = (shown: readonly CatalogEntry[]) =>
    shown.toReversed().map((each) => ({ target: "app", id: each.manifest.id, entry: each }));
  const table = backupTable(rows(entries), new Date(1000), plain);
  expect(table).toMatch(/cccccccc +incremental 2 of aaaaaaaa .*CHAIN BROKEN/);
  expect(table).toMatch(/bbbbbbbb +incremental 1 of aaaaaaaa .*none/);
  expect(table).toMatch(/aaaaaaaa +full /);
  expect(backupTable(rows([alone]), new Date(1000), plain)).not.toContain("KIND");
});
