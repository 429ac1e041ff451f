import {
  type Comparison,
  comparesContents,
  ERRORS,
  formatBytes,
  type Manifest,
  plainBytes,
  type RestorePlan,
  type RestoreReport,
} from "@dbsave/core";
import type { Outcome } from "../outcome.ts";
import { plain } from "../output/paint.ts";
import { counted, formatTime } from "../output/quantities.ts";
import { findingText } from "./proof-view.ts";
import { estimateLine, firstStartLine, type PlannedRecovery, recoveryJson, recoveryLines } from "./recovery-view.ts";
import { recreatedLines, startedLines } from "./started-view.ts";

/** What is about to happen, for people, before it does. */
export function planLines(
  manifest: Manifest,
  { target, steps, findings, estimate }: RestorePlan,
  recovery?: PlannedRecovery,
): readonly string[] {
  const { id, target: name, consistentAt } = manifest;
  const [taken, size] = [formatTime(consistentAt), formatBytes(plainBytes(manifest))];
  return [
    ...(recovery === undefined
      ? [`Restoring ${name} ${id}, as it was at ${taken} (${size}), into ${target}`]
      : [...recoveryLines(recovery), `Beginning with ${id}, taken at ${taken} (${size}), into ${target}`]),
    ...(estimate === undefined ? [] : [estimateLine(estimate)]),
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...findings.map((finding) => findingText(finding, plain)),
  ];
}

/** The plan as a result. The exit status is what a restore would end with. */
export function planOutcome(manifest: Manifest, plan: RestorePlan, recovery?: PlannedRecovery): Outcome {
  const error = plan.findings.find(({ severity }) => severity === "error");
  return {
    exit: error === undefined ? 0 : ERRORS[error.code].exit,
    json: {
      type: "restore-plan",
      backup: manifest.id,
      source: manifest.target,
      ...plan,
      ...(recovery && { recovery: recoveryJson(recovery) }),
    },
    text: () => [...planLines(manifest, plan, recovery), "Nothing was changed: this was a dry run."].join("\n"),
  };
}

/** What was restored and how it compares. Different contents are a failure, however well the restore itself went. */
export function restoredOutcome(
  manifest: Manifest,
  { restored: _restored, ...report }: RestoreReport,
  comparison: Comparison | null,
  recovery?: PlannedRecovery,
): Outcome {
  const differences = comparison?.differences ?? [];
  const isEqual = comparison === null ? null : differences.length === 0;
  return {
    exit: isEqual === false ? ERRORS.VERIFY_FAILED.exit : 0,
    json: {
      type: "restore",
      backup: manifest.id,
      source: manifest.target,
      ...report,
      ...(recovery && { recovery: recoveryJson(recovery) }),
      isEqual,
      differences,
      compared: comparison === null ? null : { items: comparison.items, rows: comparison.rows },
    },
    text: (paint) => {
      const verdict = {
        true: `${paint("green", "equal")} to the backup: ${contentsOf(manifest, comparison)}`,
        false: `${paint("red", "DIFFERENT")} from the backup`,
        null: "every byte as recorded; rows not compared, because this backup has no fingerprint",
      }[`${isEqual}`];
      return [
        `${manifest.target} ${manifest.id} restored into ${report.target}, ${verdict}`,
        ...report.movedAside.map((path) => `  moved aside: ${path}`),
        ...servingLines(report, comparison === null ? recovery : undefined),
        ...differences.map((finding) => findingText(finding, paint)),
      ].join("\n");
    },
  };
}

function servingLines(
  { started, recreated }: Pick<RestoreReport, "started" | "recreated">,
  recovery: PlannedRecovery | undefined,
): readonly string[] {
  if (started !== undefined) return startedLines(started);
  if (recreated !== undefined) return recreatedLines(recreated);
  return recovery === undefined ? [] : [firstStartLine(recovery)];
}

function contentsOf({ fingerprint }: Manifest, comparison: Comparison | null): string {
  const { items = 0, rows = 0 } = comparison ?? {};
  const all = fingerprint?.items.length ?? items;
  const part = items < all ? ` (what was restored; the backup has ${counted(all, "item")})` : "";
  const blind = fingerprint === null || comparesContents(fingerprint) ? "" : ", contents of rows not compared";
  return `${counted(items, "item")}, ${counted(rows, "row")}${part}${blind}`;
}
