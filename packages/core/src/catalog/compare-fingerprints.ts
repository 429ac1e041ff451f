import type { Finding } from "../contracts/finding.ts";
import type { Fingerprint, FingerprintItem } from "../contracts/fingerprint.ts";

/** Whether equal fingerprints mean equal contents, and not only as many rows. */
export function comparesContents({ algorithm }: Fingerprint): boolean {
  return !/-counts-\d+$/.test(algorithm);
}

/** Every difference as an error that names the object and the counts; empty when the contents are equal. */
export function compareFingerprints(expected: Fingerprint, actual: Fingerprint): readonly Finding[] {
  if (expected.algorithm !== actual.algorithm) {
    return [
      difference(expected.algorithm, `the restored contents were digested by ${actual.algorithm}: not comparable`),
    ];
  }
  const left = byName(expected);
  const right = byName(actual);
  const findings: Finding[] = [];
  for (const [name, item] of left) findings.push(...compareItem(name, item, right.get(name)));
  for (const name of right.keys()) {
    if (!left.has(name)) findings.push(difference(name, "is in the restored copy and was not in the source"));
  }
  return findings;
}

function compareItem(name: string, expected: FingerprintItem, actual: FingerprintItem | undefined): readonly Finding[] {
  if (actual === undefined) return [difference(name, `is missing in the restored copy${rows(" of", expected)}`)];
  if (expected.count !== actual.count) {
    return [difference(name, `${number(expected.count)} rows in the source, ${number(actual.count)} restored`)];
  }
  if (expected.hash === actual.hash) return [];
  return [difference(name, `the contents differ${rows(", though both have", expected)}`)];
}

function difference(object: string, message: string): Finding {
  return { severity: "error", code: "VERIFY_FAILED", object, message };
}

function byName(fingerprint: Fingerprint): ReadonlyMap<string, FingerprintItem> {
  return new Map(fingerprint.items.map((item) => [`${item.kind} ${item.name}`, item]));
}

function rows(before: string, item: FingerprintItem): string {
  return item.count === undefined ? "" : `${before} ${number(item.count)} rows`;
}

function number(count: number | undefined): string {
  return count === undefined ? "uncounted" : count.toLocaleString("en");
}
