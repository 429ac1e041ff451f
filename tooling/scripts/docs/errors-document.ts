import type { ErrorFacts } from "../../../packages/core/src/errors/error-table.ts";

/** What the `dbsave` command ends with. Every exit status of the error table must be one of these. */
const EXIT_STATUS: ReadonlyMap<number, string> = new Map([
  [0, "ok"],
  [1, "failed"],
  [2, "usage or configuration is wrong; nothing was started"],
  [3, "some targets failed, the others are done"],
  [4, "kept but not proven, or damage was found"],
  [5, "done, with warnings"],
  [10, "the repository is missing or too new"],
  [11, "locked by another run"],
  [12, "wrong key"],
  [13, "a guard or a freeze stopped it; nothing was deleted"],
  [75, "skipped; try again later"],
  [130, "interrupted (SIGINT)"],
  [143, "terminated (SIGTERM)"],
]);

export function errorsDocument(errors: Readonly<Record<string, ErrorFacts>>): string {
  const rows = Object.entries(errors).map(([code, facts]) => {
    if (!EXIT_STATUS.has(facts.exit)) throw new Error(`${code}: exit status ${facts.exit} is not documented`);
    return [`\`${code}\``, String(facts.exit), facts.retryable ? "yes" : "no", facts.means, facts.remedy];
  });
  const statuses = [...EXIT_STATUS].map(([status, means]) => [
    String(status),
    means,
    rows
      .filter(([, exit]) => exit === String(status))
      .map(([code]) => code)
      .join(" "),
  ]);
  return [
    "# Errors and exit statuses",
    "",
    "<!-- Generated from packages/core/src/errors/error-table.ts by `pnpm errors-doc`. -->",
    "",
    "Every failure is a `DbsaveError` with one of these codes. With `--json` the command prints",
    '`{"type":"error","code":…,"message":…,"hint":…}`. When several targets fail, the worst exit status wins.',
    "",
    "## Exit statuses",
    "",
    ...table(["status", "means", "codes"], statuses),
    "",
    "## Codes",
    "",
    "*Again* says whether the same run can succeed later without any change.",
    "",
    ...table(["code", "exit", "again", "means", "what to do"], rows),
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
