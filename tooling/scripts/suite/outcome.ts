interface Skip {
  readonly name: string;
  readonly reason: string;
}

/** What one stage came to. A static check is one test; a vitest stage is as many as it ran. */
export interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly Skip[];
}

/** A test that is skipped says why: through `ctx.skip("needs age")`, or in its title: `opens with the stock tool (needs age)`. */
export function skipReason(title: string, note: string | undefined): string {
  return note ?? /\((needs [^)]+)\)/.exec(title)?.[1] ?? "";
}

/** Skips that count as failures: for want of something required, or without a reason (it could hide something required). */
export function refuseSkips(outcome: Outcome, required: readonly string[]): Outcome {
  if (required.length === 0) return outcome;
  const isRefused = ({ reason }: Skip): boolean =>
    reason === "" || required.some((name) => reason.split(/[^\w-]+/).includes(name));
  return {
    passed: outcome.passed,
    failed: [
      ...outcome.failed,
      ...outcome.skipped.filter(isRefused).map((skip) => `${skip.name}: skipped, but required: ${reasonOf(skip)}`),
    ],
    skipped: outcome.skipped.filter((skip) => !isRefused(skip)),
  };
}

/** The end of the report: skips and failures by name, then the counts as the last line. */
export function closingLines(outcomes: readonly Outcome[]): string[] {
  const failed = outcomes.flatMap((outcome) => outcome.failed);
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  return [
    ...titled(
      "Skipped",
      skipped.map((skip) => `${skip.name}: ${reasonOf(skip)}`),
    ),
    ...titled("Failed", failed),
    "",
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function reasonOf(skip: Skip): string {
  return skip.reason === "" ? "no reason given" : skip.reason;
}
