import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "./outcome.ts";

export interface Stage {
  readonly name: string;
  /** Whether it runs tests, which may ask for servers. */
  readonly hasTests: boolean;
  readonly run: () => Outcome;
}

/** All there is to check, cheapest knowledge first. Nothing is tried twice. */
export const STAGES: readonly Stage[] = [
  check("build", "turbo run build --output-logs=errors-only"),
  check("types", "tsc -p ."),
  check("biome", "biome check ."),
  check("oxlint", "oxlint --type-aware --deny-warnings"),
  check("knip", "knip"),
  check("packages", "node tooling/scripts/check-packages.ts"),
  check("publint and attw", "node tooling/scripts/check-published.ts"),
  check("docs", "node tooling/scripts/errors-doc.ts --check"),
  tests("unit"),
  tests("conformance"),
  tests("e2e"),
];

/** A static check counts as one test. Its output is shown when it fails. */
function check(name: string, command: string): Stage {
  return {
    name,
    hasTests: false,
    run: () => {
      const started = performance.now();
      const { status, stdout, stderr, error } = spawnSync(command, {
        shell: true,
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (status === 0) {
        console.log(`${name}: ok (${seconds} s)`);
        return { passed: 1, failed: [], skipped: [] };
      }
      console.log(`${name}: FAILED (${command})\n${stdout}${stderr}${error?.message ?? ""}`);
      return { passed: 0, failed: [`${name}: ${command}`], skipped: [] };
    },
  };
}

function tests(project: string): Stage {
  return {
    name: project,
    hasTests: true,
    run: () => {
      console.log(`\n${project} tests`);
      const folder = mkdtempSync(join(tmpdir(), "dbsave-outcome-"));
      const file = join(folder, "outcome.json");
      try {
        const reporters = ["--reporter=default", "--reporter=./tooling/scripts/suite/outcome-reporter.ts"];
        const env = { ...process.env, DBSAVE_TEST_OUTCOME: file, DBSAVE_TEST_BUILT: "yes" }; // by the first stage
        const { status } = spawnSync("vitest", ["run", "--project", project, ...reporters], { stdio: "inherit", env });
        return trusted(project, status, file);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** vitest's own exit status must agree with what its tests say, or something failed that no test shows. */
function trusted(project: string, status: number | null, file: string): Outcome {
  const broken = `${project}: vitest ended with ${status ?? "a signal"}`;
  const outcome = readOutcome(file);
  if (outcome === undefined) return { passed: 0, failed: [broken], skipped: [] };
  const isSilentFailure = status !== 0 && outcome.failed.length === 0;
  return isSilentFailure ? { ...outcome, failed: [broken] } : outcome;
}

function readOutcome(file: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Outcome;
  } catch {
    return undefined;
  }
}
