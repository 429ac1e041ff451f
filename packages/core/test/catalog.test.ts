import {
  type Catalog,
  type CatalogEntry,
  compareFingerprints,
  findBackup,
  type Manifest,
  type Proof,
} from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { guardAgainstHistory } from "../src/catalog/guard.ts";
import { sampleManifest } from "./support/manifest-sample.ts";

function entry(sequence: number, changes: Partial<CatalogEntry> = {}): CatalogEntry {
  const day = String(sequence).padStart(2, "0");
  const manifest = sampleManifest({
    id: `202611${day}T020000Z-0000${day}-${day}00abcd`,
    sequence,
    consistentAt: new Date(`2026-11-${day}T02:00:00Z`),
  });
  return { manifest, proofs: [], pin: null, state: "good", proven: null, ...changes };
}

const proof = { level: "restore", outcome: "passed" } as Proof;
const catalog: Catalog = {
  target: "orders",
  entries: [entry(1), entry(2, { proven: proof }), entry(3), entry(4, { state: "suspect" })],
  damaged: [],
  unfinished: [],
};
const found = (name: string): number => findBackup(catalog, name).manifest.sequence;

describe("findBackup", () => {
  it("takes the newest good one for latest", () => expect(found("latest")).toBe(3));
  it("takes the newest proven one for latest-proven", () => expect(found("latest-proven")).toBe(2));
  it("takes a whole id, also of a suspect one", () => expect(found("20261104T020000Z-000004-0400abcd")).toBe(4));
  it("takes the beginning of an id", () => expect(found("20261102")).toBe(2));
  it("takes the random end of an id", () => expect(found("0300abcd")).toBe(3));
  it("takes the newest data at or before a time", () => {
    expect(found("2026-11-02T02:00:00Z")).toBe(2);
    expect(found("2026-11-02T01:59:59Z")).toBe(1);
    expect(found("2027-01-01")).toBe(3);
  });
  it("refuses what stands for several, listing them", () => {
    expect(() => found("202611")).toThrow(
      expect.objectContaining({ code: "BACKUP_NOT_FOUND", message: expect.stringContaining("000002") }),
    );
  });
  it.each(["2026-10-31", "nonsense", "zzz", ""])("refuses %j", (name) => {
    expect(() => found(name)).toThrow(expect.objectContaining({ code: "BACKUP_NOT_FOUND" }));
  });
  it("says what to do when there is no backup at all", () => {
    const empty: Catalog = { target: "orders", entries: [], damaged: [], unfinished: [] };
    expect(() => findBackup(empty, "latest")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("dbsave backup") }),
    );
  });
});

describe("compareFingerprints", () => {
  const items = [
    { kind: "table", name: "orders", count: 1000, hash: "aa" },
    { kind: "table", name: "users", count: 3, hash: "bb" },
  ] as const;
  const left = { algorithm: "x-1", items };

  it("finds nothing in equal contents", () =>
    expect(compareFingerprints(left, { algorithm: "x-1", items: [...items].toReversed() })).toEqual([]));
  it("names the table and both counts", () => {
    const [finding] = compareFingerprints(left, { algorithm: "x-1", items: [{ ...items[0], count: 999 }, items[1]] });
    expect(finding).toMatchObject({ object: "table orders", message: "1,000 rows in the source, 999 restored" });
  });
  it("sees other contents in as many rows", () => {
    const [finding] = compareFingerprints(left, { algorithm: "x-1", items: [items[0], { ...items[1], hash: "b0" }] });
    expect(finding).toMatchObject({ object: "table users", message: "the contents differ, though both have 3 rows" });
  });
  it("sees a missing and an added table", () => {
    const other = { algorithm: "x-1", items: [items[0], { ...items[1], name: "spies" }] };
    expect(compareFingerprints(left, other).map(({ object }) => object)).toEqual(["table users", "table spies"]);
  });
  it("does not compare what was digested differently", () => {
    expect(compareFingerprints(left, { algorithm: "x-2", items })).toHaveLength(1);
  });
});

describe("the guard", () => {
  const sized = (sequence: number, bytes: number, rows: number): Manifest => {
    const [artifact] = sampleManifest().artifacts;
    if (artifact === undefined) throw new Error("the sample has an artifact");
    const fingerprint = { algorithm: "x-1", items: [{ kind: "table", name: "t", count: rows, hash: "aa" }] };
    return { ...entry(sequence).manifest, artifacts: [{ ...artifact, plainBytes: bytes }], fingerprint };
  };
  const history = [1, 2, 3, 4, 5].map((sequence) => sized(sequence, 1000, 100));
  const policy = { minSizeRatio: 0.5, minRowsRatio: 0.8 };

  it("lets growth and small changes pass", () => {
    expect(guardAgainstHistory(sized(6, 5000, 500), history, policy)).toEqual([]);
    expect(guardAgainstHistory(sized(6, 500, 80), history, policy)).toEqual([]);
  });
  it("trips on lost bytes and on lost rows, with the numbers", () => {
    const findings = guardAgainstHistory(sized(6, 499, 79), history, policy);
    expect(findings.map(({ message }) => message)).toEqual([
      "499 bytes, 50 % of the usual 1,000",
      "79 rows, 79 % of the usual 100",
    ]);
  });
  it("is silent without a history and when a ratio is off", () => {
    expect(guardAgainstHistory(sized(2, 1, 0), history.slice(0, 1), policy)).toEqual([]);
    expect(guardAgainstHistory(sized(6, 1, 0), history, { minSizeRatio: 0, minRowsRatio: 0 })).toEqual([]);
  });
  it("compares only backups of one method", () => {
    const other = history.map((manifest) => ({ ...manifest, method: "sql" }));
    expect(guardAgainstHistory(sized(6, 1, 0), other, policy)).toEqual([]);
  });
});
