import {
  countedRows,
  exitOfRun,
  exitOfTarget,
  formatBytes,
  plainBytes,
  storedBytes,
  type TargetResult,
} from "@dbsave/core";
import type { Outcome } from "../outcome.ts";
import type { Paint } from "../output/paint.ts";
import { formatCount } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";
import { prunedJson } from "./plan-view.ts";
import { findingText } from "./proof-view.ts";

/** What became of every target of a run. */
export function runOutcome(
  type: string,
  facts: Readonly<Record<string, unknown>>,
  results: readonly TargetResult[],
): Outcome {
  const exit = exitOfRun(results);
  return {
    exit,
    isCalm: exit === 0,
    json: { type, ...facts, exit, targets: results.map(resultJson) },
    text: (paint) => runText(results, paint),
  };
}

function resultJson(result: TargetResult): Readonly<Record<string, unknown>> {
  const { target, method, manifest, proof, guarded, pruned, log, warnings, error } = result;
  const backup = manifest && {
    id: manifest.id,
    startedAt: manifest.startedAt,
    consistentAt: manifest.consistentAt,
    plainBytes: plainBytes(manifest),
    storedBytes: storedBytes(manifest),
    rows: countedRows(manifest) ?? null,
    save: manifest.save,
  };
  const exit = exitOfTarget(result);
  return {
    target,
    method,
    exit,
    backup,
    proof,
    guarded,
    pruned: pruned && prunedJson(pruned),
    log,
    warnings,
    error: error?.toJSON(),
  };
}

function runText(results: readonly TargetResult[], paint: Paint): string {
  const several = new Set(results.map(({ target }) => target)).size < results.length;
  const columns: readonly Column<TargetResult>[] = [
    { title: "TARGET", cell: ({ target }) => target },
    { title: "METHOD", cell: ({ method }) => (several ? method : undefined) },
    { title: "RESULT", cell: (result) => verdictCell(result, paint) },
    { title: "BACKUP", cell: ({ manifest }) => manifest?.id },
    { title: "SIZE", align: "right", cell: ({ manifest }) => manifest && formatBytes(plainBytes(manifest)) },
    { title: "STORED", align: "right", cell: ({ manifest }) => manifest && formatBytes(storedBytes(manifest)) },
    { title: "ROWS", align: "right", cell: ({ manifest }) => rowsCell(manifest && countedRows(manifest)) },
    { title: "PROOF", cell: ({ proof }) => proof && (proof.outcome === "passed" ? proof.level : proof.outcome) },
    { title: "PRUNED", align: "right", cell: ({ pruned }) => pruned && String(pruned.removed.length) },
  ];
  return [renderTable(results, columns, paint), ...results.flatMap((result) => troubleLines(result, paint))].join("\n");
}

function rowsCell(rows: number | undefined): string | undefined {
  return rows === undefined ? undefined : formatCount(rows);
}

function verdictCell(result: TargetResult, paint: Paint): string {
  if (result.error !== undefined) return paint("red", `FAILED ${result.error.code}`);
  if (result.proof !== undefined && result.proof.outcome !== "passed") return paint("red", "NOT PROVEN");
  if ((result.guarded ?? []).length > 0) return paint("red", "GUARDED");
  return result.warnings.length > 0 ? paint("yellow", "warnings") : paint("green", "ok");
}

function troubleLines({ target, error, warnings, proof, guarded = [] }: TargetResult, paint: Paint): readonly string[] {
  const unproven = proof === undefined || proof.outcome === "passed" ? [] : proof.findings;
  return [
    ...(error === undefined ? [] : [`${paint("red", target)}: ${error.message}`, `  ${error.hint}`]),
    ...[...unproven, ...guarded].map((finding) => findingText(finding, paint)),
    ...warnings.map((warning) => `${paint("yellow", target)}: ${warning}`),
  ];
}
