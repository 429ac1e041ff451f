import {
  type CatalogEntry,
  countedRows,
  formatBytes,
  type Manifest,
  type Proof,
  plainBytes,
  type RecoveryWindow,
  type RetentionPolicy,
  storedBytes,
} from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { counted, formatAge, formatDuration, formatTime } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";
import { isWide, windowText } from "./archived-log-view.ts";
import { type ChainPlace, chainFacts } from "./chain-view.ts";

/** Why a backup stays or goes, where a policy is known. */
export interface Fate extends ChainPlace {
  readonly isPolicyKnown: boolean;
  /** Null when everything is kept. */
  readonly policy: RetentionPolicy | null;
  readonly kept: readonly string[] | null;
  readonly removed: string | null;
  /** How far it can be recovered beyond its own moment; null where that is no question. */
  readonly windows: readonly RecoveryWindow[] | null;
}

/** Everything about one backup, for people. */
export function manifestText(entry: CatalogEntry, fate: Fate, now: Date, paint: Paint): string {
  const { manifest, proofs, pin } = entry;
  const facts = factsOf(manifest, now).concat(
    chainFacts(fate),
    recoveryOf(fate).map((text) => ["Recovery", text] as const),
    [["Kept because", fateText(fate)]],
    pin === null ? [] : [["Pinned", pin]],
  );
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    paint("bold", `${manifest.target} ${manifest.id}`),
    ...facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    "",
    filesTable(manifest, paint),
    "",
    proofs.length === 0 ? "Never checked. Prove it: dbsave verify" : proofsTable(proofs, now, paint),
  ].join("\n");
}

function factsOf(manifest: Manifest, now: Date): (readonly [string, string])[] {
  const { source, engine, method, kind, consistentAt, startedAt, finishedAt, save, host, tool, fingerprint } = manifest;
  const rows = countedRows(manifest);
  const contents = fingerprint === null ? "no fingerprint" : counted(fingerprint.items.length, "item");
  return [
    ["Source", `${source.description} (${engine} ${source.version})`],
    [
      "Taken",
      `${formatTime(consistentAt)}, ${formatAge(now.getTime() - consistentAt.getTime())} ago, by ${tool.name} ${tool.version} on ${host}`,
    ],
    [
      "Method",
      `${method}, ${kind}${whyFull(manifest)}, in ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`,
    ],
    ["Size", `${formatBytes(plainBytes(manifest))}, ${formatBytes(storedBytes(manifest))} stored`],
    ["Contents", rows === undefined ? contents : `${contents}, ${counted(rows, "row")}`],
    ["Save", save.state === "done" || save.state === "not-needed" ? save.message : `${save.state}: ${save.message}`],
  ];
}

function recoveryOf({ windows }: Fate): readonly string[] {
  if (windows === null) return [];
  const wide = windows.filter(isWide);
  return wide.length === 0 ? ["only to its own moment: no log that follows it is archived"] : wide.map(windowText);
}

function whyFull({ details }: Manifest): string {
  const { fullBecause } = details;
  return fullBecause === undefined ? "" : ` (${fullBecause})`;
}

function fateText({ isPolicyKnown, policy, kept, removed }: Fate): string {
  if (!isPolicyKnown) return "no retention policy is known here; see what one would do: --keep daily=7,weekly=4";
  if (policy === null) return "this target keeps all";
  return removed === null ? (kept ?? []).join("; ") : `the next prune removes it: ${removed}`;
}

function filesTable({ artifacts, documents }: Manifest, paint: Paint): string {
  const rows = [
    ...artifacts.map(({ storedName, storedBytes: bytes, codecs, storedSha256 }) => ({
      storedName,
      bytes,
      codecs: codecs.join(" "),
      storedSha256,
    })),
    ...documents.map(({ storedName, storedBytes: bytes, storedSha256 }) => ({
      storedName,
      bytes,
      codecs: "",
      storedSha256,
    })),
  ];
  type Row = (typeof rows)[number];
  const columns = [
    { title: "FILE", cell: ({ storedName }: Row) => storedName },
    { title: "STORED", align: "right", cell: ({ bytes }: Row) => formatBytes(bytes) },
    { title: "CODECS", cell: ({ codecs }: Row) => codecs },
    { title: "SHA-256", cell: ({ storedSha256 }: Row) => storedSha256.slice(0, 16) },
  ] as const;
  return renderTable(rows, columns, paint);
}

function proofsTable(proofs: readonly Proof[], now: Date, paint: Paint): string {
  const colours = { passed: "green", failed: "red", inconclusive: "yellow" } as const;
  const columns = [
    { title: "CHECKED", cell: ({ startedAt }: Proof) => `${formatAge(now.getTime() - startedAt.getTime())} ago` },
    { title: "LEVEL", cell: ({ level }: Proof) => level },
    { title: "OUTCOME", cell: ({ outcome }: Proof) => paint(colours[outcome], outcome) },
    { title: "TOOK", align: "right", cell: ({ durationMs }: Proof) => formatDuration(durationMs) },
    { title: "SUMMARY", cell: ({ summary }: Proof) => summary },
  ] as const;
  return renderTable(proofs.toReversed(), columns, paint);
}
